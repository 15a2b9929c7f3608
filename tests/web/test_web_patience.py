"""A request that takes too long is ended with 503 and a sentence, on both databases."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from instroom_web.shared import patience

#: Counts for minutes, without a table: that it ends with 503 says that it was stopped.
ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) "
    "SELECT count(*) FROM n"
)


def ask(path: str, statements: list[str]) -> HttpResponse:
    """Let a view run statements behind the limit, as Django calls it."""

    def view(_):
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()
        return HttpResponse("ok")

    def judged(request):  # Django asks about an exception before it leaves the middleware
        try:
            return view(request)
        except Exception as error:
            response = limit.process_exception(request, error)
            if response is None:
                raise
            return response

    limit = patience.TimeLimit(judged)
    return limit(RequestFactory().get(path))


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    monkeypatch.setattr(patience, "SECONDS", 0.2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/nl/", "/api/v1/kpi"])
def test_a_statement_that_outlasts_its_request_is_stopped(path):
    connection.close()  # a thread of the server makes its connection within a request
    response = ask(path, [ENDLESS])
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    text = response.content.decode()
    assert "too_slow" in text if path.startswith("/api/") else "Dit duurt te lang" in text
    connection.close()


#: Gives its first row at once: the work is done while the others are fetched.
LONG = ENDLESS.replace("SELECT count(*) FROM n", "SELECT i FROM n WHERE i < 2 OR i > 999999990")


@pytest.mark.django_db(transaction=True)
def test_a_statement_is_stopped_while_its_rows_are_fetched():
    connection.close()
    assert ask("/nl/", [LONG]).status_code == 503
    connection.close()


@pytest.mark.django_db
def test_many_quick_statements_do_not_outlast_it_either():
    response = ask("/nl/", ["SELECT 1"] * 2_000_000)
    assert response.status_code == 503


@pytest.mark.django_db
def test_other_faults_of_the_database_stay_what_they_are():
    with pytest.raises(Exception, match=r"nowhere"):
        ask("/nl/", ["SELECT * FROM nowhere"])


@pytest.mark.django_db
def test_outside_a_request_there_is_no_limit():
    with connection.cursor() as cursor:
        cursor.execute(ENDLESS.replace("1000000000", "3000000"))
        assert cursor.fetchone() == (3_000_000,)
