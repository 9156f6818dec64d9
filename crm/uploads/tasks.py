from crm.uploads.services import post_batch, queue_unposted


def post(batch_id: int) -> int:
    return post_batch(batch_id)


def post_left_over() -> int:
    return queue_unposted()
