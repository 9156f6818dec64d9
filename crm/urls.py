from django.urls import path

from crm.uploads.views import (
    batches,
    daily,
    downloads,
    handing_in,
    lists,
    mapping,
    progress,
    reverting,
    reviewing,
    rows,
)

app_name = "crm"

urlpatterns = [
    path("", lists.uploads, name="uploads"),
    path("new/", handing_in.upload, name="upload"),
    path("daily/", daily.daily, name="daily"),
    path("daily/export/", daily.daily_csv, name="daily_csv"),
    path("daily/<int:pk>/", daily.daily_file, name="daily_file"),
    path("daily/<int:pk>/nil/", daily.daily_nil, name="daily_nil"),
    path("<int:pk>/", batches.batch, name="batch"),
    path("<int:pk>/progress/", progress.batch_progress, name="batch_progress"),
    path("<int:pk>/rows/", rows.batch_rows, name="batch_rows"),
    path("<int:pk>/rows/<int:number>/", rows.batch_row, name="batch_row"),
    path("<int:pk>/refused/", downloads.batch_errors, name="batch_errors"),
    path("<int:pk>/file/", downloads.batch_file, name="batch_file"),
    path("<int:pk>/mended/<int:file>/", downloads.batch_mended, name="batch_mended"),
    path("<int:pk>/columns/", mapping.batch_columns, name="batch_columns"),
    path("<int:pk>/submit/", handing_in.batch_submit, name="batch_submit"),
    path("<int:pk>/cancel/", handing_in.batch_cancel, name="batch_cancel"),
    path("<int:pk>/approve/", reviewing.batch_approve, name="batch_approve"),
    path("<int:pk>/return/", reviewing.batch_return, name="batch_return"),
    path("<int:pk>/revert/", reverting.batch_revert, name="batch_revert"),
    path("<int:pk>/return-rows/", reviewing.return_rows, name="return_rows"),
    path("approve/", reviewing.approve_many, name="approve_many"),
]
