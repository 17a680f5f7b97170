"""An unmodified Bolt app over Socket Mode."""

import threading


def card(action_id="claim", **extra):
    button = {"type": "button", "action_id": action_id, "text": text("Claim"), "value": "C-1"}
    return [{"type": "actions", "elements": [button | extra]}]


def text(words):
    return {"type": "plain_text", "text": words}


def test_a_click_reaches_the_app_and_its_update_reaches_the_card(running, client, channel):
    @running.app.action("claim")
    def claim(ack, body, client):
        ack()
        client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text="Claimed by Amina"
        )

    running.connect()
    posted = client.chat_postMessage(channel=channel, text="A case", blocks=card())
    delivery = running.sandbox.click("amina", "triage", posted["ts"], "claim")
    assert delivery.acked
    assert delivery.ms < 1000
    updated = running.sandbox.wait_for(
        lambda seen: [each for each in seen.messages("triage") if each.edited_ts]
    )
    assert [each.text for each in updated] == ["Claimed by Amina"]


def test_two_connections_take_payloads_in_turn(running, client, channel):
    threads = set()

    @running.app.command("/case")
    def case(ack):
        threads.add(threading.current_thread().name)
        ack("done")

    running.connect(times=2)
    for _ in range(4):
        assert running.sandbox.slash("amina", "triage", "/case", "overdue").acked
    assert len(running.sandbox.ephemerals("amina")) == 4
