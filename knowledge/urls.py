from django.urls import path

from knowledge import views

app_name = "knowledge"

urlpatterns = [
    path("", views.articles, name="articles"),
    path("quick/", views.quick, name="quick"),
    path("new/", views.new, name="new"),
    path("article/<slug:slug>/", views.article, name="article"),
    path("article/<slug:slug>/edit/", views.edit, name="edit"),
]
