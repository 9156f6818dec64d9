from django.urls import path

from desk import boards, views

app_name = "desk"

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("boards/", boards.boards, name="boards"),
    path("boards/<slug:code>/", boards.board, name="board"),
]
