"""The Django project: settings, addresses, the WSGI application, the Celery application."""

from connector_kit.server.celery import app as celery_app

__all__ = ["celery_app"]
