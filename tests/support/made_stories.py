"""Dialogues in which a user tells what things cost, drawn from a seed: with a ledger, en and zh."""

from datetime import date, timedelta
from random import Random

from trialogue.records import Action, Dialogue, Fact, ScenarioRef, Turn, UserProfile

TODAY = date(2026, 3, 16)
MONTHS = ("January", "February", "March", "April")
# topic, rate, its unit, count, its unit, words for the telling
RATED = {
    "en": [
        ("hotel", "room_rate", "night", "hotel_nights", "nights", "stayed at a hotel in Ulm"),
        ("client dinner", "dinner_price", "person", "dinner_guests", "persons", "gave a dinner"),
        ("car park", "parking_fee", "day", "parking_days", "days", "left my car at the station"),
        ("baggage", "baggage_fee", "kg", "extra_weight", "kg", "took a case of instruments along"),
        ("floor", "floor_price", "square metre", "floor_area", "square metres", "had it sanded"),
    ],
    "zh": [
        ("住宿", "room_rate", "晚", "hotel_nights", "晚", "在武汉住了酒店"),
        ("宴请", "dinner_price", "人", "dinner_guests", "人", "请客户吃了饭"),
        ("停车", "parking_fee", "天", "parking_days", "天", "把车停在了车站"),
        ("行李", "baggage_fee", "公斤", "extra_weight", "公斤", "多带了一箱仪器"),
    ],
}
PAID = {
    "en": [("flight", "air_fare", "flew to Ulm"), ("laundry", "laundry_cost", "had shirts washed")],
    "zh": [("机票", "air_fare", "坐飞机去了武汉"), ("洗衣", "laundry_cost", "洗了衬衫")],
}


def story(seed: int, language: str = "en", currency: str = "CNY") -> Dialogue:
    """A dialogue of three or four rounds, each about one thing with its figures."""
    random = Random(f"{seed}/{language}")
    money = currency if language == "en" else "元"
    actions: list[Action] = []
    turns: list[Turn] = []
    rated = random.sample(RATED[language], random.randint(2, 3))
    paid = random.sample(PAID[language], 1)
    for index, thing in enumerate([*rated, *paid], start=1):
        day = TODAY - timedelta(days=40 - 4 * index - random.randint(0, 3))
        if len(thing) == 6:
            said, facts = _rated(thing, day, money, language, random)
        else:
            said, facts = _paid(thing, day, money, language, random)
        actions.append(Action(index=index, action=said, topic=thing[0], facts=facts))
        turns.append(Turn(speaker="user", text=said))
        turns.append(Turn(speaker="assistant", text=_answer(language)))
    return Dialogue(
        id=f"made-{language}-{seed:04d}",
        scenario=ScenarioRef(id="made", name="made", language=language),
        user=UserProfile(id="u", identity="Ann", intent="I want to know.", problems=()),
        trajectory=tuple(actions),
        turns=tuple(turns),
        stop_reason="goal_reached",
    )


def _rated(
    thing: tuple[str, ...], day: date, money: str, language: str, random: Random
) -> tuple[str, tuple[Fact, ...]]:
    _, rate, per, count, unit, words = thing
    price, number = str(random.randint(11, 89) * 10 + 7), str(random.randint(2, 19))
    if count in ("floor_area", "extra_weight"):
        number = str(random.randint(30, 300))
    if language == "zh":
        told = f"{_day(day, language)}我{words}，每{per}{price}{money}，一共{number}{unit}。"
        rated = f"{money}/{per}"
    else:
        told = (
            f"On {_day(day, language)} I {words}, {price} {money} per {per}, for {number} {unit}."
        )
        rated = f"{money} per {per}"
    when = day.isoformat()
    return told, (
        Fact(name=rate, value=price, unit=rated, when=when),
        Fact(name=count, value=number, unit=unit, when=when),
    )


def _paid(
    thing: tuple[str, ...], day: date, money: str, language: str, random: Random
) -> tuple[str, tuple[Fact, ...]]:
    _, name, words = thing
    price = str(random.randint(1010, 4990) + 1)
    if language == "zh":
        told = f"{_day(day, language)}我{words}，花了{price}{money}。"
    else:
        told = f"On {_day(day, language)} I {words} and paid {int(price):,} {money}."
    return told, (Fact(name=name, value=price, unit=money, when=day.isoformat()),)


def _day(day: date, language: str) -> str:
    return f"{day.month}月{day.day}日" if language == "zh" else f"{day.day} {MONTHS[day.month - 1]}"


def _answer(language: str) -> str:
    return "好的，请把单据留好。" if language == "zh" else "Thank you; please keep the receipt."
