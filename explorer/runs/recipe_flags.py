"""The flags of the command line that give a recipe. No torch, no Qt."""

from explorer.fields import fields_of
from explorer.runs.recipe import RECIPES, Recipe, recipe_name


def known_recipe(recipe: Recipe) -> str | None:
    """Return the name of the recipe that this one is but for the number of epochs; None if it has none."""
    return next(
        (name for name, known in RECIPES.items() if recipe_name(recipe.change(epochs=known.epochs)) == name), None
    )


def recipe_flags(recipe: Recipe) -> list[str]:
    """Return the words of a command that trains with `recipe`: its name, and every field that this does not give."""
    name = known_recipe(recipe)
    base = RECIPES[name] if name else Recipe()
    words = ["--recipe", name] if name else []
    for field in fields_of(Recipe).values():
        value, flag = getattr(recipe, field.name), field.name.replace("_", "-")
        if value == getattr(base, field.name):
            continue
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            words += [f"--{flag}", repr(value) if isinstance(value, float) else str(value)]
    return words
