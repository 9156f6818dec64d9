from django.urls import path

from complaints.views import actions, cases, inbox, opening

app_name = "complaints"
urlpatterns = [
    path("", cases.cases, name="cases"),
    path("open/", opening.open_new, name="open"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("<int:pk>/", cases.detail, name="detail"),
    path("<int:pk>/transfer/", actions.transfer, name="transfer"),
    path("<int:pk>/contact/", actions.contact, name="contact"),
    path("<int:pk>/raise/", actions.raise_level, name="raise"),
    path("<int:pk>/solve/", actions.solve, name="solve"),
    path("<int:pk>/verify/", actions.verify, name="verify"),
    path("transfers/<int:pk>/accept/", actions.accept, name="accept"),
    path("transfers/<int:pk>/return/", actions.give_back, name="return"),
    path("transfers/<int:pk>/answer/", actions.answer, name="answer"),
]
