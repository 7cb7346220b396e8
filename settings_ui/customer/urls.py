"""Where the settings of installations are reached."""

from django.urls import path

from settings_ui.customer import views

app_name = "customer"

urlpatterns = [
    path("open/", views.open_link, name="open"),
    path("<str:integration_id>/", views.first_page, name="settings"),
    path("<str:integration_id>/link/", views.link, name="link"),
    path("<str:integration_id>/changes/<int:change_id>/", views.change, name="change"),
    path("<str:integration_id>/<str:store>/flows/<str:flow>/", views.flow, name="flow"),
    path("<str:integration_id>/<str:store>/flows/<str:flow>/switch/", views.switch, name="switch"),
    path(
        "<str:integration_id>/<str:store>/flows/<str:flow>/schedule/",
        views.schedule,
        name="schedule",
    ),
    path("<str:integration_id>/<str:store>/<str:address>/", views.page, name="page"),
    path("<str:integration_id>/<str:store>/<str:address>/state/", views.state, name="state"),
]
