"""Reminders by email: plain text from templates, which a publisher may replace and translate.

``connector_kit/licenses/<notice>.txt``, whose first line is the subject; all numbers of days share
``expires-in.txt``. Put a template of the same name into a folder of ``TEMPLATES`` that comes first.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from connector_kit.conf import kit
from connector_kit.publisher.licenses.reminders import NoChannel, Reminding


def send(reminding: Reminding) -> None:
    """Mail the reminder to the license's address; raises what the mail server says."""
    if not kit().email_url:
        raise NoChannel("EMAIL_URL is not set, so reminders cannot be mailed.")
    subject, _, body = render(reminding).partition("\n")
    row = reminding.license
    message = EmailMessage(
        subject=subject.strip(),
        body=body.strip() + "\n",
        from_email=kit().email_from,
        to=[row.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.send()


def render(reminding: Reminding) -> str:
    """Return subject and text, in Django's language in force."""
    row, off = reminding.license, reminding.switched_off_at
    name = "expires-in" if reminding.days_left is not None else reminding.notice
    return render_to_string(
        f"connector_kit/licenses/{name}.txt",
        {
            "connector": row.connector.name,
            "environment": "sandbox" if row.sandbox else "production",
            "is_trial": row.is_trial,
            "ends": row.ends,
            "days_left": reminding.days_left,
            "last_day": off.astimezone(ZoneInfo(row.time_zone)).date() if off else None,
        },
    ).strip()
