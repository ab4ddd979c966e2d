"""Peer of bench:elt: a client's orders as one row in pandas or polars, with the columns of the order-channel pipeline."""

import json
import resource
import sys
import time


def with_pandas(orders, clients, target):
    import pandas as pd

    o = pd.read_parquet(orders)
    newest = o.groupby("client_id")["order_id"].transform("max")
    last = o.loc[o["order_id"] == newest, ["client_id", "channel"]]
    past = o[o["order_id"] < newest].copy()
    for name, channel in (("digital", "DIGITAL"), ("telefono", "TELEFONO")):
        past[name] = past["channel"] == channel
    past["at_night"] = past["ordered_at"].dt.hour >= 20
    past["discounted"] = past["discount_percent"] > 0
    groups = past.groupby("client_id")
    rows = groups.agg(
        orders=("order_id", "size"),
        digital=("digital", "sum"),
        telefono=("telefono", "sum"),
        last_at=("ordered_at", "max"),
        first_at=("ordered_at", "min"),
        amount_cents=("amount_cents", "sum"),
        most_cents=("amount_cents", "max"),
        items=("items", "sum"),
        categories=("category", "nunique"),
        at_night=("at_night", "sum"),
        discounted=("discounted", "sum"),
        late=("late", "sum"),
    )
    newest_past = past.loc[groups["order_id"].idxmax(), ["client_id", "channel"]]
    newest_past = newest_past.set_index("client_id").rename(columns={"channel": "last_channel"})
    rows = rows.join(newest_past).reset_index().merge(last, on="client_id").merge(pd.read_parquet(clients), on="client_id")
    rows["vendedor"] = rows["orders"] - rows["digital"] - rows["telefono"]
    rows["last_hour"] = (rows["last_at"] - pd.Timestamp("2024-01-01")) // pd.Timedelta(hours=1)
    rows["tenure_days"] = (rows["last_at"].dt.normalize() - rows["first_at"].dt.normalize()).dt.days
    rows = rows.drop(columns="first_at").sort_values("client_id")
    rows.to_csv(target, index=False)


def with_polars(orders, clients, target):
    import polars as pl

    o = pl.scan_parquet(orders)
    last = o.group_by("client_id").agg(
        pl.col("channel").get(pl.col("order_id").arg_max()), pl.col("order_id").max().alias("newest")
    )
    past = o.join(last.select("client_id", "newest"), on="client_id").filter(pl.col("order_id") < pl.col("newest"))
    newest = pl.col("order_id").arg_max()
    rows = past.group_by("client_id").agg(
        pl.len().alias("orders"),
        (pl.col("channel") == "DIGITAL").sum().alias("digital"),
        (pl.col("channel") == "TELEFONO").sum().alias("telefono"),
        pl.col("channel").get(newest).alias("last_channel"),
        pl.col("ordered_at").max().alias("last_at"),
        pl.col("ordered_at").min().alias("first_at"),
        pl.col("amount_cents").cast(pl.Int64).sum(),
        pl.col("amount_cents").max().alias("most_cents"),
        pl.col("items").cast(pl.Int64).sum(),
        pl.col("category").n_unique().alias("categories"),
        (pl.col("ordered_at").dt.hour() >= 20).sum().alias("at_night"),
        (pl.col("discount_percent") > 0).sum().alias("discounted"),
        pl.col("late").sum(),
    )
    rows = rows.join(last.select("client_id", "channel"), on="client_id").join(pl.scan_parquet(clients), on="client_id")
    rows = rows.with_columns(
        (pl.col("orders") - pl.col("digital") - pl.col("telefono")).alias("vendedor"),
        (pl.col("last_at") - pl.datetime(2024, 1, 1)).dt.total_hours().alias("last_hour"),
        (pl.col("last_at").dt.date() - pl.col("first_at").dt.date()).dt.total_days().alias("tenure_days"),
    )
    rows.drop("first_at").sort("client_id").collect().write_csv(target)


def main(peer, orders, clients, target):
    started = time.perf_counter()
    {"pandas": with_pandas, "polars": with_polars}[peer](orders, clients, target)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    import csv

    wanted = ["orders", "digital", "vendedor", "items", "categories", "at_night", "late", "tenure_days"]
    sums = dict.fromkeys([*wanted, "vendedorLast"], 0)
    rows = 0
    with open(target, newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            for name in wanted:
                sums[name] += int(float(row[name]))
            sums["vendedorLast"] += row["last_channel"] == "VENDEDOR"
    print(json.dumps({"rows": rows, "seconds": seconds, "peakRssMiB": peak, "sums": sums}))


main(*sys.argv[1:])
