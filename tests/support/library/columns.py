"""Two libraries of invented columns, with authors, publications, days and topics, about food and about sport.

Several authors write on the same subject, one of them changes a view, and one article has neither author nor day.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag import QueryEngine, open_engine


@dataclass(frozen=True)
class Column:
    """An article as a file with front matter; `day` is an ISO date."""

    id: str
    title: str
    text: str
    author: str | None = None
    source: str | None = None
    day: str | None = None
    topics: tuple[str, ...] = ()

    def markdown(self) -> str:
        fields = (
            ("title", self.title),
            ("author", self.author),
            ("source", self.source),
            ("published", self.day),
            ("topics", f"[{', '.join(self.topics)}]" if self.topics else None),
        )
        lines = "".join(f"{name}: {value}\n" for name, value in fields if value)
        return f"---\n{lines}---\n{self.text}\n"


FOOD = (
    Column(
        "tax-works",
        "A tax that sweetens nothing",
        "The sugar tax works, and Veldhaven should keep it. Since the levy began, bottlers have taken a third of the "
        "sugar out of their lemonade. Dentists in the harbour district count fewer rotten teeth among children of "
        "six.\n\n"
        "The usual complaint is that the sugar tax falls on the poor. Yet the poor are those whose teeth it saves, and "
        "the money pays for breakfast in forty schools. A tax that people can avoid by drinking water is hardly a "
        "burden.\n\n"
        "What remains is to extend it to pastries. The council argues that pastries are culture. A glazed bun is no "
        "more a monument than a bottle of lemonade, and the law ought to treat them alike.",
        "Odalys Brenholt", "The Marrowgate Review", "2023-03-14", ("sugar tax", "health"),
    ),
    Column(
        "tax-fails",
        "The kiosk pays for everybody",
        "The sugar tax is a mistake, because it punishes kiosks and leaves supermarkets alone. A kiosk in Veldhaven "
        "sells lemonade by the bottle and pays the levy at once. Supermarkets spread it over thousands of other "
        "goods.\n\n"
        "Nobody in the ministry has visited a kiosk. Sales of lemonade fell by a tenth, and then they rose again in "
        "the next town, where there is no sugar tax. The levy moves thirst across the border and calls it health.",
        "The Larder Notes", "Table and Cellar", "2023-05-02", ("sugar tax", "shops"),
    ),
    Column(
        "tax-early",
        "Let people drink what they like",
        "I oppose the sugar tax. Adults know that lemonade is sweet, and no levy has ever taught anyone to cook. The "
        "state should put its money into kitchens in schools.\n\n"
        "A sugar tax is also easy to dodge: bottlers will use syrup from dates, which the law forgets.",
        "Ruben Achterberg", "Table and Cellar", "2022-06-20", ("sugar tax",),
    ),
    Column(
        "tax-late",
        "I was too quick about sugar",
        "I have changed my mind about the sugar tax. Two years ago I wrote that it would teach nobody to cook, and "
        "that is still true. But the figures from the harbour clinics are clear: children drink less sugar, and their "
        "teeth are better.\n\n"
        "I was wrong about the syrup as well. Bottlers did not turn to dates; they simply made their drinks less "
        "sweet.",
        "Ruben Achterberg", "Table and Cellar", "2024-09-09", ("sugar tax", "health"),
    ),
    Column(
        "oil-harvest",
        "A dry year for the groves",
        "The olive harvest of Khorvash failed after two dry summers. A litre of olive oil now costs nineteen crowns, "
        "twice as much as in the year before. Families keep the good olive oil for bread and fry in sunflower "
        "oil.\n\n"
        "Growers ask for wells, and hydrologists say that wells would empty the valley in ten years. The honest "
        "answer is fewer trees. Nobody who stands in front of two hundred old trunks wants to say it, so the "
        "government pays for tankers instead.\n\n"
        "Prices will not fall soon. An olive tree needs a wet spring and a mild summer, and the records of the "
        "monastery show that such years have become rare. Cooks should learn to use less oil, and to taste it more.",
        "Odalys Brenholt", "The Marrowgate Review", "2024-02-11", ("olive oil", "prices"),
    ),
    Column(
        "oil-fraud",
        "What is in the green bottle",
        "Half of the bottles that are sold as olive oil in Veldhaven contain rapeseed oil. The laboratory of the "
        "customs office tested sixty of them in spring. Importers blame the price, which tempts everybody.\n\n"
        "The remedy is dull and known: print the month of the harvest on the label. Olive oil without a date is "
        "a liquid without a passport.",
        "The Larder Notes", "Table and Cellar", "2024-04-18", ("olive oil", "fraud"),
    ),
    Column(
        "green",
        "The oil and the olive are two things",
        "A plate of olives is no argument about oil. In Tessaly the fruit is eaten whole, with salt, and the oil in "
        "the pan is pressed from walnuts. Visitors ask for an olive and get a lecture.",
        "Quiet Fork", "Table and Cellar", "2021-10-05", ("tessaly",),
    ),
    Column(
        "bread-night",
        "Bread wants a night",
        "A sourdough loaf needs a night in the cold. Konstanze Wiebe of Marrowgate lets the dough rest for fourteen "
        "hours, because a slow fermentation makes the crust crackle. Factories do it in ninety minutes with added "
        "yeast.\n\n"
        "The difference is not romance. Slow bread keeps for five days, and fast bread goes to the ducks on the "
        "second. Whoever compares the price of a loaf should compare the price of a slice that is eaten.",
        "Quiet Fork", "The Marrowgate Review", "2022-01-30", ("bread",),
    ),
    Column(
        "bread-law",
        "Who may call it bread",
        "The bread law of Veldhaven forbids the word bakery to shops that only warm dough. Wiebe calls it justice for "
        "bakers. I call it a law about signs: the customers know very well who bakes.\n\n"
        "Better would be a rule about salt. A roll from the station holds more salt than a bag of crisps, and no "
        "sign says so.",
        "Odalys Brenholt", "The Marrowgate Review", "2021-11-22", ("bread", "law"),
    ),
    Column(
        "notebook",
        "A notebook from the cellar",
        "Someone left a notebook in the cellar of the old dairy. It lists the cheeses of one winter, with their "
        "weights, and the names of the cows. Halgrim, the last cheesemaker of the dairy, is said to have written it "
        "for his daughter.",
    ),
)  # fmt: skip

SPORT = (
    Column(
        "video-good",
        "The camera is the better judge",
        "Video referees make football fairer, and the league should keep them. In the last season they corrected "
        "ninety-one decisions, and eighty-eight of them had been wrong. A goal that was none is an insult to the "
        "side that defended well.\n\n"
        "Spectators complain that the video referee takes too long. A check lasts seventy seconds on average, less "
        "than a throw-in by a team that leads. Patience is a small price for a true result.\n\n"
        "The cameras should next be used in the second division. The clubs argue that they cannot pay. The league "
        "earns enough from its broadcasts to buy forty cameras, and it ought to do so.",
        "Halvard Tveitan", "The Skarnholm Post", "2022-09-12", ("video referees", "football"),
    ),
    Column(
        "video-bad",
        "Give us back the shout",
        "The video referee has taken the joy out of football. Nobody in the stadium of Oddersby dares to cheer a goal "
        "any more, because a man in a cellar may take it away. The players look at a screen, and the crowd looks at "
        "its shoes.\n\n"
        "A wrong decision is part of a game. Video referees do not end the quarrel; they move it from the pitch to "
        "the drawing of lines.",
        "The Touchline", "Game and Set", "2022-11-03", ("video referees", "football"),
    ),
    Column(
        "video-first",
        "No machine in my stadium",
        "I am against video referees. A referee who knows that a machine will correct him stops deciding at all. "
        "Football has lived with errors for a hundred and fifty years.",
        "Bertrand Okonjo", "Game and Set", "2021-08-15", ("video referees",),
    ),
    Column(
        "video-later",
        "What the final taught me",
        "I have changed my mind about video referees. In the final of Oddersby the machine saved my own side from a "
        "penalty that never was. I argued in 2021 that referees would stop deciding; they decide as before, and they "
        "are calmer.\n\n"
        "I was wrong about the crowd too. It boos the delay and then accepts the verdict.",
        "Bertrand Okonjo", "Game and Set", "2024-06-01", ("video referees", "football"),
    ),
    Column(
        "doping-samples",
        "Six bottles and no witness",
        "The federation suspended six cyclists for doping after the tour of Brennerlund. Their samples were opened "
        "without a witness, and the laboratory had lost the forms. Lawyer Evangeline Stroud argues that the "
        "suspension is illegal.\n\n"
        "She is right. A sport that hunts cheats must keep its own rules first.",
        "The Touchline", "Game and Set", "2023-07-21", ("doping", "cycling"),
    ),
    Column(
        "doping-ban",
        "Ban them for life",
        "Doping should end a career. A cyclist who is banned for two years trains for two years and returns with the "
        "muscles that the drug built. The federation of Skarnholm talks of education, and its podium is full of "
        "pupils.",
        "Halvard Tveitan", "The Skarnholm Post", "2023-08-02", ("doping", "cycling"),
    ),
    Column(
        "heat",
        "A marathon in the heat",
        "Forty runners collapsed at the marathon of Skarnholm, where the thermometer showed thirty-six degrees. The "
        "organisers had refused to postpone the race. Physician Thandeka Ruiters wants a rule that stops any "
        "competition above thirty degrees.\n\n"
        "Sponsors resist it, because television pays for July. The sponsors do not run.",
        "Halvard Tveitan", "The Skarnholm Post", "2024-07-30", ("marathon", "heat"),
    ),
    Column(
        "season",
        "Too many matches",
        "The season is too long. A player of Oddersby has played seventy-one matches in eleven months, and his knee "
        "has been opened twice. Clubs should give up the autumn cup, which nobody watches.",
        "Solveig Maartens", "The Skarnholm Post", "2023-12-11", ("season", "football"),
    ),
    Column(
        "tennis",
        "Tennis without line judges",
        "Cameras have replaced the line judges at the tennis tournament of Brennerlund. Anneliese Vorhaug trusts the "
        "technology, and spectators miss the arguments. Equipment for one court costs ninety thousand crowns, which "
        "smaller tournaments cannot afford.",
        "Solveig Maartens", "Game and Set", "2022-05-19", ("tennis", "technology"),
    ),
    Column(
        "programme",
        "A programme from the attic",
        "A programme of the first match between Oddersby and Skarnholm was found in an attic. It names the players by "
        "their trades: a cooper, two masons and a priest in goal.",
    ),
)  # fmt: skip


@contextmanager
def opened(columns: tuple[Column, ...], folder: Path) -> Iterator[QueryEngine]:
    """An engine over a library of `columns` in `folder`, with quotes for answers."""
    sources = folder / "articles"
    sources.mkdir(parents=True)
    for column in columns:
        (sources / f"{column.id}.md").write_text(column.markdown(), encoding="utf-8")
    with open_engine(folder / "home", empty=True) as engine:
        engine.add(sources)
        yield engine


def ids_with(columns: tuple[Column, ...], phrase: str) -> set[str]:
    """The ids of the columns whose title or text has `phrase`, in any case."""
    return {each.id for each in columns if phrase.casefold() in f"{each.title}\n{each.text}".casefold()}
