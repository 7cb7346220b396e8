"""Where the wizard is reached."""

from django.urls import path

from settings_ui.wizard import views

app_name = "wizard"

urlpatterns = [
    path("<slug:slug>/", views.start, name="start"),
    path("<slug:slug>/<str:integration_id>/", views.steps, name="steps"),
    path("<slug:slug>/<str:integration_id>/connect/", views.connect, name="connect"),
    path("<slug:slug>/<str:integration_id>/run/", views.run, name="run"),
    path("<slug:slug>/<str:integration_id>/store/", views.add_store, name="store"),
    path("<slug:slug>/<str:integration_id>/end/", views.end, name="end"),
]
