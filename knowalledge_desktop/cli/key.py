"""`knowalledge key` and `knowalledge models`: the Gemini key, which never stands on a command line."""

from __future__ import annotations

import getpass

from knowalledge_desktop.cli.console import Console
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.core.errors import KeyMissing

KEY_VARIABLE = "GEMINI_API_KEY"
_LONGEST = 4096


def read_key(console: Console) -> str:
    """The key from a prompt that does not show it, or the first line of what is piped in."""
    if console.stdin.isatty():
        try:
            return getpass.getpass("Gemini key (it is not shown): ", stream=console.stderr).strip()
        except EOFError:  # Ctrl+D: nothing is typed
            return ""
    return console.stdin.readline(_LONGEST).strip()


async def set_key(context: Context) -> int:
    """Test the key with one call and keep it."""
    preferences, console = context.services.preferences, context.console
    key = context.secret
    if not key:
        console.say(f"No key came. Type it at the prompt or pipe it in: knowalledge key set < file ({_AI_STUDIO})")
        return KeyMissing.exit_code
    if context.args.test:
        console.progress("Testing the key with one call …")
        models = await preferences.test_key(key)
        console.say(f"The key works; it may use {len(models)} models.")
    if not await preferences.set_key(key):
        console.say(
            "There is no usable system keyring here, so the key could not be kept. "
            f"Put it into the variable {KEY_VARIABLE} instead: it is used and never stored."
        )
        return KeyMissing.exit_code
    if console.environ.get(KEY_VARIABLE, "").strip():
        console.out(f"The key is kept in the system keyring. While {KEY_VARIABLE} is set, that one is used.")
    else:
        console.out(f"The key is kept in {(await preferences.key_state()).place}.")
    return 0


_AI_STUDIO = "keys are made in Google AI Studio"


async def test_key(context: Context) -> int:
    """Prove the kept key with one call that costs no tokens."""
    context.console.progress("Testing the key with one call …")
    models = await context.services.preferences.test_key()
    context.console.out(f"The key works; it may use {len(models)} models.")
    return 0


async def remove_key(context: Context) -> int:
    """Forget the key."""
    preferences, console = context.services.preferences, context.console
    there = (await preferences.key_state()).is_set
    await preferences.remove_key()
    left = (await preferences.key_state()).is_set
    if left:
        console.out(f"No key is kept now. The one in the variable {KEY_VARIABLE} is still used.")
    else:
        console.out("The key is removed." if there else "There was no key to remove.")
    return 0


async def key_status(context: Context) -> int:
    """Say whether a key is set and where; never more than its last four characters."""
    state = await context.services.preferences.key_state()
    if context.as_json:
        context.console.json({"is_set": state.is_set, "tail": state.tail, "place": state.place})
    elif state.is_set:
        tail = f" that ends in …{state.tail}" if state.tail else ""
        context.console.out(f"A key{tail} is set ({state.place}).")
    else:
        context.console.out(
            f"No key is set; the built-in Atlas answers. Where a key would be kept: {state.place}."
        )
    return 0


async def models(context: Context) -> int:
    """The models that the key may use."""
    preferences, console = context.services.preferences, context.console
    console.progress("Asking for the models …")
    found = await preferences.models()
    chosen = preferences.settings.text_model
    if context.as_json:
        told = [{"name": each.name, "title": each.title, "actions": list(each.actions)} for each in found]
        console.json({"models": told, "text_model": chosen})
        return 0
    for each in found:
        mark = "*" if each.name.removeprefix("models/") == chosen else " "
        console.out(f"{mark} {console.bold(each.name)}  {console.dim(each.title)}")
    return 0
