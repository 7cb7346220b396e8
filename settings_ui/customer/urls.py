"""Where the settings of installations are reached."""

from django.urls import path

from settings_ui.customer import views

app_name = "customer"

urlpatterns = [
    path("open/", views.open_link, name="open"),
    path("<str:integration_id>/", views.first_page, name="settings"),
    path("<str:integration_id>/link/", views.link, name="link"),
    path("<str:integration_id>/changes/<int:change_id>/", views.change, name="change"),
    path("<str:integration_id>/connected/", views.connected, name="connected"),
    path("<str:integration_id>/alive/", views.alive, name="alive"),
    path("<str:integration_id>/state/", views.state, name="state"),
    path("<str:integration_id>/<str:store>/<str:address>/", views.page, name="page"),
]
