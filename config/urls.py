from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from config.views import favicon, healthz

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("config.api_urls")),
    path("favicon.ico", favicon, name="favicon"),
    path("healthz", healthz, name="healthz"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("accounts/", include("accounts.urls")),
    path("uploads/", include("crm.urls")),
    path("knowledge/", include("knowledge.urls")),
    path("followups/", include("followups.urls")),
    path("cases/", include("complaints.urls")),
    path("", include("desk.urls")),
]

handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
