"""How channels are, on both databases."""

from __future__ import annotations

from datetime import timedelta

from replyassist.core.errors import DeliveryNotMade, DeliveryRefused
from replyassist.delivery.repository.health import ChannelHealth, channels_of
from tests.delivery.test_delivery import FakeChannel, approved, run
from tests.world import BRAND, World


def channels(world: World) -> list[ChannelHealth]:
    with world.database.reading() as session:
        return channels_of(session, BRAND, now=world.clock.now())


def connect(world: World, channel: str = "*") -> None:
    world.connect("file", channel)


def test_a_channel_without_a_connection_is_not_well(world: World) -> None:
    world.message()

    (channel,) = channels(world)
    assert (channel.channel, channel.adapter, channel.is_well) == ("instagram", "", False)
    assert channel.last_in == world.clock.now()
    connect(world)
    (channel,) = channels(world)
    assert (channel.adapter, channel.is_well) == ("file", True)


def test_a_connected_channel_is_listed_before_anything_came_in(world: World) -> None:
    connect(world, "email")

    (channel,) = channels(world)
    assert (channel.channel, channel.last_in, channel.last_sent, channel.waiting) == ("email", None, None, 0)


def test_sent_waiting_and_failed_replies_are_counted(world: World) -> None:
    connect(world)
    approved(world)
    run(world, FakeChannel())
    sent_at = world.clock.now()
    approved(world)
    run(world, FakeChannel(errors=[DeliveryRefused("the comment is gone")]))
    approved(world)

    (channel,) = channels(world)
    assert (channel.sent_lately, channel.failed_lately, channel.waiting) == (1, 1, 1)
    assert (channel.last_sent, channel.oldest_waiting) == (sent_at, sent_at)
    assert not channel.is_well
    world.clock.advance(days=2)
    (channel,) = channels(world)
    assert (channel.sent_lately, channel.failed_lately, channel.last_sent) == (0, 0, sent_at)


def test_what_is_tried_again_says_when_and_why(world: World) -> None:
    connect(world)
    approved(world)
    run(world, FakeChannel(errors=[DeliveryNotMade("too many requests")]))

    (channel,) = channels(world)
    assert (channel.retrying, channel.last_error, channel.is_well) == (1, "too many requests", False)
    assert channel.next_try == world.clock.now() + timedelta(seconds=2)
