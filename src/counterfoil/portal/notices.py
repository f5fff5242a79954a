"""What the next page says once, such as "Saved.": signed, in a cookie that comes back to our pages
alone, so that saying it costs no query.
"""

from typing import Any

from django.contrib.messages.storage.cookie import CookieStorage
from django.http.response import HttpResponseBase

from counterfoil.portal import PREFIX


class Notices(CookieStorage):
    cookie_name = "counterfoil_notices"

    def update(self, response: HttpResponseBase) -> list[Any] | None:
        """Django's cookie is for all of a host."""
        left: list[Any] | None = super().update(response)
        if self.cookie_name in response.cookies:
            response.cookies[self.cookie_name]["path"] = PREFIX
        return left
