from django.urls import path

from desk import boards
from desk.views import contact, customer, home, search

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
    path("boards/", boards.boards, name="boards"),
    path("boards/<slug:code>/", boards.board, name="board"),
]
