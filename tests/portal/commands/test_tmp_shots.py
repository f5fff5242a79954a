import os

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
from datetime import timedelta
from axe_playwright_python.sync_playwright import Axe
from tests.portal.commands.scenes import *
from tests.portal.look.showing import ADDRESS, browser, opened
from counterfoil.engine.commands.content import *
from counterfoil.engine.commands.content import ApprovalBand
from tests.given import given_client

OUT = "/tmp/shots/settings"


def test_shots(portal):
    os.makedirs(OUT, exist_ok=True)
    scene = given_scene(portal)
    wait = scene.prepare(
        deposit_of(60_000_000),
        reason="Second tranche of the grant of the ministry, statement of 21 November",
    )
    own = scene.prepare(
        ChangeSettings(cooling_off_days=0, retention_days=30),
        by=scene.administrator.actor,
        reason="The agency asked for it",
    )
    scene.prepare(RotateKey(purpose="seal"), by=scene.administrator.actor, reason="yearly")
    api = scene.prepare(
        Withdraw(funding_account_id=1, amount_minor=125_000, currency="KES", reference="WD-9"),
        by="client:Payments building block",
        reason="returned",
    )
    done_d = deposit_of(12_345_600)
    done = scene.done(done_d)
    rej_d = deposit_of(990_000)
    rej = scene.prepare(rej_d)
    scene.decide(rej, rej_d, Verdict.REJECT, reason="The statement says 9,090.00; look again.")
    scene.work()
    ref_d = Withdraw(
        funding_account_id=1, amount_minor=999_999_999, currency="KES", reference="WD-1"
    )
    ref = scene.prepare(ref_d)
    scene.decide(ref, ref_d)
    scene.work()
    new = CreateClient(name="Tills of Kibera", scopes=("redeem", "status"))
    scene.done(new, by=scene.administrator.actor)
    robot = CreateClient(
        name="Treasury robot", scopes=("admin", "unattended"), unattended_minor_max=50_000_00
    )
    scene.done(robot, by=scene.administrator.actor)
    with connected(portal.url) as connection:
        issuer = open_issuer(connection, scene.issuer.code, portal.provider)
        given_client(connection, issuer, "Social benefits", ["preactivate", "activate"])
    waitc = scene.prepare(
        CreateClient(name="Health register", scopes=("status",)), by=scene.administrator.actor
    )
    scene.done(
        ChangeApprovals(
            of_kind="deposit", bands=(ApprovalBand("", 0, 1), ApprovalBand("KES", 100_000_000, 2))
        ),
        by=scene.administrator.actor,
    )
    admin = scene.browser(scene.administrator)
    approver = scene.browser(scene.approver)
    finance = scene.browser(scene.finance)
    # portal settings change for trail
    r = admin.post(
        scene.address("settings/portal"),
        {
            "language": "es",
            "time_zone": "Africa/Nairobi",
            "version": "0",
            "command_id": str(uuid4()),
        },
    )
    print(r.status_code)
    clients = {}
    with connected(portal.url) as c:
        for i, n in c.execute(
            "select client_id,name from client where issuer_id=%s", (scene.issuer.issuer_id,)
        ).fetchall():
            clients[n] = i
    pages = [
        (approver, "approvals"),
        (finance, "approvals", "approvals-finance"),
        (approver, "commands"),
        (approver, f"commands/{wait}", "command-waiting"),
        (approver, f"commands/{wait}/decide", "decide"),
        (approver, f"commands/{own}/decide", "decide-settings"),
        (finance, f"commands/{done}", "command-done"),
        (finance, f"commands/{rej}", "command-rejected"),
        (finance, f"commands/{ref}", "command-refused"),
        (admin, f"commands/{own}", "command-own"),
        (admin, "settings"),
        (admin, "settings/change"),
        (admin, "settings/approvals"),
        (admin, "settings/approvals/deposit"),
        (admin, "settings/portal"),
        (admin, "settings/keys"),
        (admin, "settings/keys/hash/rotate"),
        (admin, "clients"),
        (admin, "clients/new"),
        (admin, f"clients/{clients['Treasury robot']}", "client-keyless"),
        (admin, f"clients/{clients['Social benefits']}", "client"),
        (admin, f"clients/{clients['Social benefits']}/change", "client-change"),
        (admin, f"clients/{clients['Social benefits']}/revoke", "client-revoke"),
        (admin, f"clients/{clients['Social benefits']}/replace-key", "client-replace"),
        (admin, f"clients/{clients['Treasury robot']}/key", "client-make-key"),
        (admin, "trail"),
        (approver, "settings/portal", "portal-reader"),
    ]
    only = os.environ.get("ONLY", "").split(",") if os.environ.get("ONLY") else None
    with browser() as chromium:
        for w, theme in [
            tuple(x.split(":")) for x in os.environ.get("SIZES", "1440:light,360:light").split(",")
        ]:
            for entry in pages:
                who, path = entry[0], entry[1]
                name = entry[2] if len(entry) > 2 else path.replace("/", "-")
                if only and name not in only:
                    continue
                with opened(chromium, who, width=int(w), theme=theme) as page:
                    r = page.goto(ADDRESS + scene.address(path))
                    over = page.evaluate(
                        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                    )
                    found = Axe().run(page).response["violations"]
                    page.screenshot(path=f"{OUT}/{name}-{w}-{theme}.png", full_page=True)
                    print(
                        name,
                        w,
                        r.status,
                        "OVER" if over > 0 else "",
                        [(v["id"], v["nodes"][0]["html"][:120]) for v in found],
                    )
            if only and "key" not in only:
                continue
            # making a key
            with opened(
                chromium, scene.browser(scene.administrator), width=int(w), theme=theme
            ) as page:
                nm = f"k{w}{theme}"
                scene_c = CreateClient(name=nm, scopes=("redeem",))
                scene.done(scene_c, by=scene.administrator.actor)
                with connected(portal.url) as c:
                    cid = c.execute(
                        "select client_id from client where issuer_id=%s and name=%s",
                        (scene.issuer.issuer_id, nm),
                    ).fetchone()[0]
                page.goto(ADDRESS + scene.address(f"clients/{cid}/key"))
                page.click("button.main")
                page.wait_for_timeout(500)
                found = Axe().run(page).response["violations"]
                page.screenshot(path=f"{OUT}/key-{w}-{theme}.png", full_page=True)
                print("key", found and found[0]["id"])
                scene.work()
                page.wait_for_timeout(1600)
                page.screenshot(path=f"{OUT}/key-counts-{w}-{theme}.png", full_page=True)
