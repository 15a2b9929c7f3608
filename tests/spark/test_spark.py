"""The same call on a Spark cluster of two workers, started here and ended here.

Everything stays on the loopback address. Needs pyspark (``instroom[spark]``) and Java 17.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import pytest

from instroom.core.errors import DataError
from instroom.crossproducts.compress import Compressed, compress
from instroom.crossproducts.crossproducts import CrossProducts

pytestmark = [pytest.mark.slow, pytest.mark.spark]

COLUMNS = ["treat", "sex", "ses", "pre", "post"]
#: The issue's demand between engines.
ENGINES = 1e-8


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give a session on a cluster of two workers with one core and 1 GiB each."""
    pyspark = pytest.importorskip("pyspark", reason="needs the extra instroom[spark]")
    if shutil.which("java") is None:
        pytest.skip("needs Java 17")
    from pyspark.sql import SparkSession

    home, folder = Path(pyspark.__file__).parent, tmp_path_factory.mktemp("spark")
    said = {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_WORKER_DIR": str(folder),
        "PYSPARK_PYTHON": sys.executable,
    }
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .appName("instroom-tests")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.memory", "1g")
        .config("spark.executor.memory", "768m")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )
    try:
        yield session
    finally:
        session.stop()
        gateway = session.sparkContext._gateway
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(timeout=60)
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@pytest.fixture(scope="module")
def pupils(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 20,000 made pupils in 40 schools and 800 classes, some answers missing."""
    path = tmp_path_factory.mktemp("pupils") / "pupils.parquet"
    rng = np.random.default_rng(20_261)
    n = 20_000
    school, group = np.arange(n) // 500, np.arange(n) // 25
    treat, sex = school % 2, rng.integers(0, 2, n)
    ses, pre = rng.normal(size=n), rng.integers(5, 26, n) / 5
    lift = rng.normal(0, 0.2, 40)[school] + rng.normal(0, 0.2, 800)[group]
    post = 1 + 0.2 * treat + 0.6 * pre + 0.1 * sex + 0.1 * ses + lift + rng.normal(0, 0.5, n)
    post[rng.random(n) < 0.03] = np.nan
    names = np.array([f"school {i:02d}" for i in range(40)])
    table = {"school": names[school], "class": group, "treat": treat, "sex": sex, "ses": ses}
    table |= {"pre": pre, "post": post}
    with duckdb.connect() as connection:
        columns = ", ".join(f'unnest(${name}) as "{name}"' for name in table)
        connection.execute(
            f"copy (select {columns}) to '{path}' (format parquet)",
            {name: values.tolist() for name, values in table.items()},
        )
    return path


def _same(here: CrossProducts, there: CrossProducts) -> None:
    assert here.columns == there.columns
    assert here.levels == there.levels
    assert here.labels == there.labels
    assert here.n == there.n
    for mine, theirs in zip(here.parents, there.parents, strict=True):
        assert np.array_equal(mine, theirs)
    assert here.shift.tobytes() == there.shift.tobytes()
    for name in ("sums", "products", "slope_sums"):
        mine, theirs = getattr(here, name), getattr(there, name)
        assert (mine is None) == (theirs is None)
        if mine is not None:
            assert mine.tobytes() == theirs.tobytes(), name


def _both(spark: Any, path: Path, *args: Any, **more: Any) -> tuple[Compressed, Compressed]:
    with duckdb.connect() as connection:
        here = compress(connection.read_parquet(str(path)), *args, **more)
    return here, compress(spark.read.parquet(str(path)), *args, **more)


def test_the_cluster_has_two_workers(spark: Any) -> None:
    def work(_: int) -> str:
        import os
        import time

        time.sleep(0.5)
        return os.environ.get("SPARK_EXECUTOR_ID", "") or str(os.getppid())

    assert spark.sparkContext.master == "local-cluster[2,1,1024]"
    seen = set(spark.sparkContext.parallelize(range(8), 8).map(work).collect())
    assert len(seen) == 2


@pytest.mark.parametrize("by_group", [True, False])
def test_spark_gives_the_cross_products_of_duckdb(spark: Any, pupils: Path, by_group: bool) -> None:
    here, there = _both(
        spark, pupils, COLUMNS, ["school", "class"], by_group=by_group, keep_labels=True
    )
    assert here.dropped == there.dropped > 0
    _same(here.cross, there.cross)


def test_spark_gives_the_sums_of_a_random_slope(spark: Any, pupils: Path) -> None:
    here, there = _both(spark, pupils, COLUMNS, ["school"], slope="pre", keep_labels=True)
    _same(here.cross, there.cross)


def test_spark_takes_derived_columns(spark: Any, pupils: Path) -> None:
    gain = {"gain": nw.col("post") - nw.col("pre")}
    here, there = _both(spark, pupils, ["treat", "gain"], ["school"], derive=gain)
    _same(here.cross, there.cross)


def test_spark_gives_the_estimates_of_duckdb(spark: Any, pupils: Path) -> None:
    mixed = pytest.importorskip("instroom.stats.multilevel.mixed")
    here, there = _both(spark, pupils, COLUMNS, ["school", "class"])
    one, other = mixed.fit(here.cross), mixed.fit(there.cross)
    assert one.status == other.status == "ok"
    for name in ("beta", "se", "deviance", "residual"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=ENGINES)


def test_spark_refuses_crossed_groups(spark: Any, pupils: Path) -> None:
    with pytest.raises(DataError) as error:
        compress(spark.read.parquet(str(pupils)), ["pre", "post"], ["sex", "school"])
    assert error.value.code == "crossed_groups"
