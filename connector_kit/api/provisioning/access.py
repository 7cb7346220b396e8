"""Who may drive licences by REST; the only place that says so."""

from __future__ import annotations

from rest_framework.authentication import BaseAuthentication, BasicAuthentication
from rest_framework.permissions import BasePermission, IsAdminUser, IsAuthenticated

AUTHENTICATION: tuple[type[BaseAuthentication], ...] = (BasicAuthentication,)
PERMISSIONS: tuple[type[BasePermission], ...] = (IsAuthenticated, IsAdminUser)
