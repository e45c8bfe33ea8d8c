"""Jobs: the outbox is sent. Each may be killed at any point and run twice."""

import logging

from celery import shared_task

from staff import delivery

log = logging.getLogger("staff.tasks")


@shared_task(soft_time_limit=45, time_limit=60)
def send(pk: int) -> None:
    """Try to send one message."""
    delivery.send(pk)


@shared_task
def send_due() -> None:
    """Every message whose turn has come gets a job; one that has two is sent once all the same."""
    for pk in delivery.due():
        send.delay(pk)


@shared_task
def forget_old() -> None:
    count = delivery.forget_old()
    log.info("old messages taken away", extra={"data": {"messages": count}})
