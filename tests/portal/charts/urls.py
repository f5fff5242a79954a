"""The portal's addresses, and a page of charts that only tests serve."""

from django.urls import path
from tests.portal.charts.page import show

from counterfoil.portal.urls import urlpatterns as portal

urlpatterns = [path("portal/charts", show), *portal]
