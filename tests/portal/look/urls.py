"""The portal's addresses, and the pages of parts that only tests serve."""

from django.urls import path
from tests.portal.look.showing import show

from counterfoil.portal.urls import urlpatterns as portal

urlpatterns = [path("portal/look/<name>", show), *portal]
