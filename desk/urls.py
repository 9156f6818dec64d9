from django.urls import path

from desk import boards
from desk.views import contact, customer, home, merging, search

app_name = "desk"

urlpatterns = [
    path("", home.home, name="home"),
    path("desk/", home.mine, name="mine"),
    path("customers/", search.search, name="search"),
    path("customers/new/", search.new_customer, name="new_customer"),
    path("customers/<int:pk>/", customer.customer, name="customer"),
    path("customers/<int:pk>/reveal/", customer.reveal, name="reveal"),
    path("customers/<int:pk>/phone/", customer.phone, name="phone"),
    path("customers/<int:pk>/promise/", contact.promise, name="promise"),
    path("customers/<int:pk>/call/", contact.interaction, name="interaction"),
    path("customers/twice/", merging.duplicates, name="duplicates"),
    path("customers/<int:pk>/merge/", merging.merge_with, name="merge_with"),
    path("customers/<int:pk>/merge/<int:other>/", merging.merge, name="merge"),
    path(
        "customers/<int:pk>/merge/<int:other>/two/",
        merging.not_the_same,
        name="not_the_same",
    ),
    path("merges/<int:pk>/undo/", merging.merge_undo, name="merge_undo"),
    path("boards/", boards.boards, name="boards"),
    path("boards/<slug:code>/", boards.board, name="board"),
]
