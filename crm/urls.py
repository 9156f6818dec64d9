from django.urls import path

from crm.uploads import views

app_name = "crm"

urlpatterns = [
    path("", views.uploads, name="uploads"),
    path("new/", views.upload, name="upload"),
    path("<int:pk>/", views.batch, name="batch"),
    path("<int:pk>/refused/", views.batch_errors, name="batch_errors"),
    path("<int:pk>/file/", views.batch_file, name="batch_file"),
    path("<int:pk>/submit/", views.batch_submit, name="batch_submit"),
    path("<int:pk>/approve/", views.batch_approve, name="batch_approve"),
    path("<int:pk>/return/", views.batch_return, name="batch_return"),
]
