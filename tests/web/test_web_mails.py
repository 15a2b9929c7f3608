"""Mails: asked for with a change, sent once, tried again or not, emptied, shown in a demo."""

import datetime
import os
import re
import signal
import subprocess
import sys
import threading
import uuid
from types import SimpleNamespace

import pytest
import running
import smtp_sink
from django.core import mail as django_mail
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django_tasks_db.models import DBTaskResult

from instroom.core.errors import UserError
from instroom.core.texts import Texts, languages
from instroom_web.shared import worker as working
from instroom_web.shared.clock import now
from instroom_web.shared.demo import demo_of
from instroom_web.shared.mails.actions import KEPT, ask_mail, deliver, empty_old_mails, erase_mails
from instroom_web.shared.mails.models import Mail
from instroom_web.shared.mails.writing import LONGEST_SUBJECT, MailValueMissingError, written
from instroom_web.shared.tasks import try_again, waiting_tasks
from instroom_web.shared.worker import MOST_TRIES, Pace, QueueWorker, sweep

pytestmark = pytest.mark.django_db
PACE = Pace(pause=0)
ABOUT = "inflow.Organisation:12"
VALUES = {
    "organisation": "Bakker & Zn <Techniek>",
    "contact": "Gerda Bakker",
    "sender": "Anna de Vries",
    "count": 3,
    "link": "https://voorbeeld.nl/nl/bevestigen/x?a=1&b=2",
    "until": "14 december 2026",
    "site": "Instroom Twente",
}


def asked(**changed) -> Mail:
    subject, body = written("cooperation_confirm", "nl", **VALUES)
    given = {"address": "gerda@bakker.example", "subject": subject, "body": body}
    return ask_mail(**{"kind": "cooperation_confirm", "language": "nl", **given, **changed})


@pytest.fixture
def sink(settings):
    with smtp_sink.sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS = "", False
        settings.DEFAULT_FROM_EMAIL = "Instroom <instroom@voorbeeld.nl>"
        yield server


def work(times=1) -> list[bool]:
    worker = QueueWorker(PACE)
    return [worker.work() for _ in range(times)]


def test_a_mail_is_sent_once(sink):
    mail = asked()
    assert (mail.state, sink.sessions) == ("waiting", 0)
    key = str(DBTaskResult.objects.get().pk)
    assert work(2) == [True, False]
    deliver(key, str(mail.uuid))
    (message,) = sink.taken
    assert sink.recipients == ["rcpt TO:<gerda@bakker.example>"]
    assert message["Subject"] == "Kloppen deze 3 samenwerkingen? Een vraag van Anna de Vries"
    assert message["From"] == "Instroom <instroom@voorbeeld.nl>"
    assert message["Message-ID"] == f"<{uuid.uuid5(mail.uuid, key).hex}@voorbeeld.nl>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert "Bakker & Zn <Techniek>" in message.get_content()
    assert VALUES["link"] in message.get_content().splitlines()
    mail.refresh_from_db()
    assert (mail.state, mail.failure) == ("sent", "")


@pytest.mark.parametrize(
    ("step", "failure"),
    [
        (("RCPT", "451 4.7.1 come back later"), "SMTPRecipientsRefused"),
        (("END", "451 4.3.0 no room now"), "SMTPDataError"),
        (("MAIL", "550 5.7.1 not from you"), "SMTPSenderRefused"),
        (smtp_sink.HANG_UP, "SMTPServerDisconnected"),
    ],
)
def test_what_may_pass_is_tried_again_under_the_same_name(sink, step, failure):
    sink.plan = [step, step]
    mail = asked()
    key = str(DBTaskResult.objects.get().pk)
    assert work(1) == [True]
    mail.refresh_from_db()
    assert (mail.state, mail.failure, sink.taken) == ("waiting", failure, [])
    assert work(3) == [True, True, False]
    mail.refresh_from_db()
    assert (mail.state, mail.failure, sink.sessions) == ("sent", "", 3)
    assert [m["Message-ID"] for m in sink.taken] == [
        f"<{uuid.uuid5(mail.uuid, key).hex}@voorbeeld.nl>"
    ]


@pytest.mark.parametrize(
    ("step", "failure"),
    [
        (("RCPT", "550 5.1.1 nobody of that name"), "refused_address"),
        (("END", "554 5.7.1 this looks like spam"), "refused_mail"),
    ],
)
def test_what_is_refused_for_good_is_not_tried_again(sink, step, failure):
    sink.plan = [step]
    mail = asked()
    assert work(2) == [True, False]
    mail.refresh_from_db()
    assert (mail.state, mail.failure) == ("failed", failure)
    assert (sink.sessions, sink.taken) == (1, [])
    assert waiting_tasks() == [], "nothing for an administrator to mend"


def test_a_server_that_is_not_there_is_given_up_and_the_row_says_so(settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.free_port()
    mail = asked()
    work(MOST_TRIES - 1)
    mail.refresh_from_db()
    assert (mail.state, mail.failure) == ("waiting", "ConnectionRefusedError")
    assert work(2) == [True, False]
    mail.refresh_from_db()
    assert (mail.state, mail.failure) == ("failed", "ConnectionRefusedError")
    assert "gerda" not in caplog.text + DBTaskResult.objects.get().traceback
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert try_again(DBTaskResult.objects.get().pk)
    assert work(1) == [True]
    mail.refresh_from_db()
    assert (mail.state, mail.failure, len(django_mail.outbox)) == ("sent", "", 1)


def test_a_mail_that_kills_its_workers_ends_failed():
    mail = asked()
    row = DBTaskResult.objects.get()
    row.claim("dead")
    row.worker_ids = ["dead"] * MOST_TRIES
    row.save()
    assert sweep(PACE) == 1
    mail.refresh_from_db()
    assert (mail.state, mail.failure) == ("failed", "WorkerDied")


ASK = """
from instroom_web.commands import prepare
prepare()
from django.db import transaction
from instroom_web.shared.mails.actions import ask_mail
with transaction.atomic():
    ask_mail(kind="x", address="a@b.nl", language="nl", subject="x", body="y")
"""
LOOK = """
from instroom_web.commands import prepare
prepare()
from instroom_web.shared.mails.models import Mail
print(Mail.objects.get().state)
"""


def test_a_worker_that_dies_before_it_notes_sends_twice_under_one_name(tmp_path):
    """The server took the mail, and the worker is killed before it hears so."""
    with smtp_sink.sink() as server:
        there = running.environment() | {
            "INSTROOM_DATA": str(tmp_path),
            "INSTROOM_MAIL_URL": f"smtp://127.0.0.1:{server.port}",
        }

        def python(*words: str) -> str:
            done = subprocess.run(
                [sys.executable, *words], env=there, check=True, capture_output=True, text=True
            )
            return done.stdout

        def started() -> "subprocess.Popen[bytes]":
            command = [sys.executable, "-m", "instroom.cli", "worker", "--data", str(tmp_path)]
            return subprocess.Popen(command, env=there)

        python("-c", ASK)
        workers, heard = [], threading.Event()

        def kill() -> None:
            if len(server.taken) == 1:
                os.kill(workers[0].pid, signal.SIGKILL)
                workers[0].wait()
            else:
                heard.set()

        server.before_word = kill
        workers.append(started())
        assert workers[0].wait(60) == -signal.SIGKILL
        workers.append(started())
        assert heard.wait(60)
        workers[1].terminate()  # it finishes the task at hand
        assert workers[1].wait(60) == 0
        assert python("-c", LOOK) == "sent\n"
    assert len(server.taken) == 2
    assert len({message["Message-ID"] for message in server.taken}) == 1


def test_a_mail_is_there_exactly_when_its_change_is(monkeypatch):
    with monkeypatch.context() as outside, pytest.raises(RuntimeError, match="transaction"):
        none = SimpleNamespace(in_atomic_block=False)
        outside.setattr("instroom_web.shared.later.connections", {"default": none})
        asked()
    assert not Mail.objects.exists(), "no row that nobody sends"
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        asked()
        raise ZeroDivisionError
    assert not Mail.objects.exists() and not DBTaskResult.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "gerda",
        "a@b.nl\nBcc: c@d.nl",
        "a@b.nl\r\nBcc: c@d.nl",
        "a@b.nl\r\n\r\nbody",
        "a@b.nl, c@d.nl",
        "a@b.nl; c@d.nl",
        "Gerda <a@b.nl>",
        '"a,b"@b.nl',
        '"a\x01b"@b.nl',
        "a@[127.0.0.1]",
    ],
)
def test_an_address_is_one_address(address):
    with pytest.raises(UserError) as refusal:
        asked(address=address)
    assert refusal.value.code == "bad_email"
    assert "b.nl" not in refusal.value.told(Texts("nl").say).replace("voorbeeld.nl", "")
    assert not Mail.objects.exists()


@pytest.mark.parametrize("subject", ["", " ", "a\nBcc: c@d.nl", "a\r\n\r\nb", "a\x00b", "a\u2028b"])
def test_a_subject_is_one_line(subject):
    with pytest.raises(ValueError, match="one line"):
        asked(subject=subject)


def test_a_body_is_plain_lines(sink):
    with pytest.raises(ValueError, match="plain text"):
        asked(body="a\x00b")
    asked(body="een\r\n.\r\nRCPT TO:<c@d.nl>\n\u00eb" + "x" * 2000 + "\n")
    work()
    (message,) = sink.taken
    assert message.get_content() == "een\n.\nRCPT TO:<c@d.nl>\n\u00eb" + "x" * 2000 + "\n"
    assert all(len(line) <= 998 for line in message.as_bytes().splitlines())
    assert len(sink.recipients) == 1


def test_a_row_is_sent_or_failed_and_never_both():
    with pytest.raises(IntegrityError), transaction.atomic():
        Mail.objects.create(kind="x", asked_at=now(), sent_at=now(), failed_at=now())


def test_old_mails_are_emptied_at_a_sweep_and_keep_kind_and_dates():
    def ended(days: int, name: str) -> Mail:
        mail = asked()
        setattr(mail, name, now() - datetime.timedelta(days=days))
        mail.save()
        return mail

    old = [ended(KEPT.days + 1, name) for name in ("sent_at", "failed_at")]
    new = [ended(KEPT.days - 1, name) for name in ("sent_at", "failed_at")]
    waiting = asked()
    sweep(PACE)
    for mail in (*old, *new, waiting):
        emptied = mail in old
        mail.refresh_from_db()
        assert (mail.address == mail.subject == mail.body == "") is emptied
        assert mail.kind == "cooperation_confirm" and mail.asked_at
    assert old[0].sent_at and old[1].failed_at
    assert empty_old_mails() == 0


def test_a_chore_that_fails_stops_neither_sweep_nor_others(monkeypatch):
    done = []
    monkeypatch.setattr(working, "CHORES", [lambda: 1 / 0, lambda: done.append(1)])
    assert sweep(PACE) == 0
    assert done == [1]


def test_mails_of_an_object_are_erased_and_none_is_sent_any_more():
    mine, other = asked(regards=ABOUT), asked(regards=ABOUT + "3")
    sent = asked(regards=ABOUT)
    sent.sent_at = now()
    sent.save()
    assert erase_mails(ABOUT) == 2
    assert erase_mails(ABOUT) == 0
    work(3)
    assert [m.to for m in django_mail.outbox] == [["gerda@bakker.example"]]
    for mail in (mine, other, sent):
        mail.refresh_from_db()
    assert (mine.state, mine.failure, mine.address, mine.body) == ("failed", "erased", "", "")
    assert (sent.state, sent.address, sent.subject) == ("sent", "", "")
    assert other.state == "sent" and other.address
    with pytest.raises(ValueError, match="which object"):
        erase_mails("")


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("contact", ["", "Gerda Bakker"])
def test_a_mail_says_all_in_one_language(language, count, contact):
    given = VALUES | {"count": count, "contact": contact}
    subject, body = written("cooperation_confirm", language, **given)
    for value in (v for k, v in given.items() if k not in ("count", "contact")):
        assert str(value) in body, "as it was given, with nothing escaped"
    assert "Anna de Vries" in subject and "\n" not in subject
    assert ("3" in subject) is (count == 3)
    assert ("Gerda" in body) is bool(contact)
    assert not re.search(r"[{}]|\n\n\n", subject + body)
    dutch = written("cooperation_confirm", "nl", **given)
    assert language == "nl" or not set(body.splitlines()) & set(dutch[1].splitlines()) - {
        "",
        VALUES["link"],
        VALUES["site"],
    }


def test_what_is_filled_in_stays_on_its_line():
    odd = "Anna\nBcc: x@y.nl\r\n\u2028\x85\x00de \u202eVries"
    subject, body = written("cooperation_confirm", "nl", **VALUES | {"sender": odd, "count": 1})
    assert subject == "Klopt deze samenwerking? Een vraag van Anna Bcc: x@y.nl de Vries"
    assert "\nBcc" not in body
    ask_mail(kind="x", address="a@b.nl", language="nl", subject=subject, body=body)
    subject, _ = written("cooperation_confirm", "nl", **VALUES | {"sender": "A" * 500})
    assert len(subject) == LONGEST_SUBJECT + 1


def test_a_mail_with_a_gap_is_not_written():
    for name in VALUES:
        with pytest.raises(MailValueMissingError, match=name):
            written("cooperation_confirm", "nl", **{k: v for k, v in VALUES.items() if k != name})


@pytest.mark.parametrize("language", languages())
def test_a_demo_shows_its_mails(client, settings, language):
    settings.DEMO = True
    page = client.get(f"/{language}/demo/mails/")
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "<ol" not in page.content.decode().split("<main")[1].split("</main")[0]
    mails = [asked(subject=f"Mail {number:02d}") for number in range(51)]
    work()
    html = client.get(f"/{language}/demo/mails/").content.decode()
    assert html.count("gerda@bakker.example") == 50
    assert "Mail 50" in html and "Mail 00" not in html
    html = client.get(f"/{language}/demo/mails/{mails[0].uuid}/").content.decode()
    assert 'href="https://voorbeeld.nl/nl/bevestigen/x?a=1&amp;b=2"' in html
    assert "Bakker &amp; Zn &lt;Techniek&gt;" in html
    Mail.objects.update(body="", subject="", address="")
    for address in ("", f"{mails[0].uuid}/"):
        assert client.get(f"/{language}/demo/mails/{address}").status_code == 200
    assert client.get(f"/{language}/demo/mails/{uuid.uuid4()}/").status_code == 404


def test_elsewhere_nobody_reads_them(client, settings):
    mail = asked()
    assert settings.DEMO is False
    for address in ("", f"{mail.uuid}/"):
        page = client.get(f"/nl/demo/mails/{address}")
        assert page.status_code == 404
        assert "gerda" not in page.content.decode()
        assert client.post(f"/nl/demo/mails/{address}").status_code == 404


def test_a_demonstration_is_not_served():
    assert demo_of({"INSTROOM_DEMO": "0", "INSTROOM_HOSTS": "x.nl"}) is False
    for name in ("INSTROOM_HOSTS", "INSTROOM_HTTPS"):
        with pytest.raises(ImproperlyConfigured) as refusal:
            demo_of({"INSTROOM_DEMO": "1", name: "1"})
        assert name in str(refusal.value.told(str))


@pytest.mark.parametrize(
    ("command", "more"),
    [
        (["migrate"], {"INSTROOM_HOSTS": "instroom.voorbeeld.nl"}),
        (["serve", "--host", "127.0.0.2"], {}),
    ],
)
def test_a_demonstration_for_the_network_does_not_start(tmp_path, command, more):
    environment = running.environment() | {"INSTROOM_DEMO": "1", **more}
    if command[0] == "serve":
        running.fill(tmp_path)
        command = [*command, "--port", str(running.free_port())]
    done = subprocess.run(
        [sys.executable, "-m", "instroom.cli", *command, "--data", str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == UserError.exit_code
    assert "INSTROOM_HOSTS" in done.stderr and "Traceback" not in done.stderr
