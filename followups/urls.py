from django.urls import path

from followups import views

app_name = "followups"

urlpatterns = [
    path("", views.tasks, name="tasks"),
    path("take/", views.take, name="take"),
    path("<int:pk>/", views.task, name="task"),
    path("<int:pk>/attempt/", views.attempt, name="attempt"),
    path("<int:pk>/release/", views.release, name="release"),
    path("<int:pk>/again/", views.again, name="again"),
]
