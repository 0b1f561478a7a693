"""Two small libraries of invented articles, about food and about sport."""

FOOD = {
    "ovens": (
        "The bakery in Marrowgate",
        "Odalys Brenholt",
        "Every loaf that Konstanze Wiebe bakes in Marrowgate begins with a sourdough starter from her grandmother. "
        "She lets the dough rest overnight, because a slow fermentation makes the crust crackle and the crumb moist. "
        "Supermarkets in Veldhaven sell a softer bread, and Wiebe says that it has no flavour at all.",
    ),
    "spices": (
        "Saffron has a price",
        "Odalys Brenholt",
        "A kilogram of saffron needs a hundred and fifty thousand crocus flowers. Harvesters near Khorvash pick them "
        "before breakfast, when the petals are still closed. Merchants mix in turmeric and safflower, and honest "
        "traders such as Farrukh Daneshgar complain that the counterfeits ruin the reputation of the whole valley.",
    ),
    "cheese": (
        "Why the cheese is hard",
        "The Larder Notes",
        "Cheesemakers on the island of Tessaly press the curd for twenty hours and keep the wheels in a cold cellar. "
        "The vinegar in the brine protects the rind from mould. Restaurants in Veldhaven grate it over macaroni, which "
        "Ignatius Pellworth calls a waste of a good cheese. He would serve it with quince and almonds.",
    ),
    "kitchen": (
        "What a chef eats at home",
        "The Larder Notes",
        "Ignatius Pellworth cooks lentils at home. He fries an onion in olive oil, adds cumin, coriander and a little "
        "cinnamon, and simmers the lentils until they are tender. Vegetarians among his guests never miss the meat. A "
        "recipe, he says, is advice: the ingredients change with the season, and the temperature with the oven.",
    ),
}

SPORT = {
    "final": (
        "The final in Oddersby",
        "Halvard Tveitan",
        "Oddersby won the championship after a penalty in the last minute. Goalkeeper Marisol Quintavalle had saved "
        "three shots before the referee pointed to the spot. Coach Bertrand Okonjo praised the defenders and said "
        "that the stadium had never been louder. The opponents from Skarnholm protested without success.",
    ),
    "marathon": (
        "A marathon in the heat",
        "Halvard Tveitan",
        "Runners collapsed at the marathon of Skarnholm, where the thermometer showed thirty-six degrees. The "
        "organisers had refused to postpone the race. Physician Thandeka Ruiters treated forty athletes for exhaustion "
        "and wants a rule that stops any competition above thirty degrees. Sponsors resist it.",
    ),
    "doping": (
        "Nobody asked the cyclists",
        "The Touchline",
        "The federation suspended six cyclists for doping after the tour of Brennerlund. Their laboratory results had "
        "been lost for a season. Lawyer Evangeline Stroud argues that the suspension is illegal, since the samples "
        "were opened without a witness. Bertrand Okonjo, who coaches football, thinks that she is right.",
    ),
    "tennis": (
        "Tennis without line judges",
        "The Touchline",
        "Cameras have replaced the line judges at the tennis tournament of Brennerlund. Players such as Anneliese "
        "Vorhaug trust the technology, and spectators miss the arguments. The umpire still announces the score. "
        "Equipment for a single court costs ninety thousand crowns, which smaller tournaments cannot afford.",
    ),
}


def markdown(title: str, author: str, text: str) -> str:
    """The article as a file with front matter."""
    return f"---\ntitle: {title}\nauthor: {author}\n---\n{text}\n"
