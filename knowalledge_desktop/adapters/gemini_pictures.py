"""Pictures to and from Gemini: what is sent with a question, and what comes back as an illustration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowalledge_desktop.adapters.gemini_reply import Reply
from knowalledge_desktop.adapters.pictures import Pictures
from knowalledge_desktop.core.errors import ContentBlocked, InvalidReply
from knowalledge_desktop.core.parsing import alt_text
from knowalledge_desktop.core.payload import Illustration
from knowalledge_desktop.core.quality import looks_refused
from knowalledge_desktop.core.request import Request, Task
from knowalledge_desktop.prompts.prompt import Prompt

if TYPE_CHECKING:
    from google.genai import types

ASPECT_RATIO = "4:3"
"""Width by height of what is drawn: it fits the panel, and a tile on the map."""


def draws(request: Request) -> bool:
    """Whether the answer is a picture."""
    return request.task is Task.ILLUSTRATION


def user_content(request: Request, prompt: Prompt) -> types.Content:
    """What is sent: the picture first, as the service advises, then the words."""
    from google.genai import types

    words = types.Part(text=prompt.user)
    picture = request.image
    if picture is None:
        return types.Content(role="user", parts=[words])
    shown = types.Part(inline_data=types.Blob(mime_type=picture.mime, data=picture.data))
    return types.Content(role="user", parts=[shown, words])


def image_config() -> types.ImageConfig:
    """The shape of what is drawn. The size is left to the model: not all take one, all begin at a megapixel."""
    from google.genai import types

    return types.ImageConfig(aspect_ratio=ASPECT_RATIO)


async def illustration(reply: Reply, request: Request, pictures: Pictures) -> Illustration:
    """The picture of an answer that has ended.

    Of several the last is taken: models that draw more than once correct themselves. Raises
    ContentBlocked when the model says instead that it will not, InvalidReply when there is no picture.
    """
    words = "".join(reply.texts)
    if not reply.pictures:
        if looks_refused(words):
            raise ContentBlocked("DECLINED_IN_PROSE")
        raise InvalidReply(f"no picture in the answer ({reply.finish or 'no end'})")
    _, data = reply.pictures[-1]
    return Illustration(await pictures.checked(data), alt_text(words, request.topic))
