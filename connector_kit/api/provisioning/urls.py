"""Where the web shop reaches the kit."""

from django.urls import path

from connector_kit.api.provisioning.views import SubscriptionsView, SubscriptionView, WebhookView

app_name = "provisioning"

urlpatterns = [
    path("webhooks/", WebhookView.as_view(), name="webhooks"),
    path("subscriptions/", SubscriptionsView.as_view(), name="subscriptions"),
    path("subscriptions/<str:key>/", SubscriptionView.as_view(), name="subscription"),
]
