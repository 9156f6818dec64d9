from typing import Any

from django.contrib.auth.decorators import login_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import DefaultRouter

from complaints.api import CaseViewSet
from config.api_token import TokenView
from crm.api import CustomerViewSet, VehicleViewSet
from crm.uploads.api.rows import RepairsView, SalesView
from crm.uploads.api.uploads import UploadViewSet
from followups.api import TaskViewSet

app_name = "api"


class Router(DefaultRouter):
    """A router whose root also leads to the token, the schema and its pages."""

    include_format_suffixes = False

    def get_api_root_view(self, api_urls: Any = None) -> Any:
        lists = {
            prefix: f"{basename}-list" for prefix, _viewset, basename in self.registry
        }
        others = {name: name for name in ("token", "schema", "docs")}
        return self.APIRootView.as_view(api_root_dict={**lists, **others})


router = Router()
router.register("customers", CustomerViewSet, "customer")
router.register("vehicles", VehicleViewSet, "vehicle")
router.register("cases", CaseViewSet, "case")
router.register("tasks", TaskViewSet, "task")
router.register("uploads", UploadViewSet, "upload")

docs = SpectacularSwaggerView.as_view(url_name="api:schema")

urlpatterns = [
    path("", include(router.urls)),
    path("sales/", SalesView.as_view(), name="sales"),
    path("repairs/", RepairsView.as_view(), name="repairs"),
    path("token/", TokenView.as_view(), name="token"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    # A page for people, so it leads to the log-in instead of answering 401.
    path("docs/", login_required(docs), name="docs"),
]
