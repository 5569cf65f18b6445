"""Reference values for tests/golden/vader.rs: what the authors' own program says of sentences.

vaderSentiment 3.3.2. Sentences of our own for each rule, and random ones out of words that the rules speak of, which meet
in ways nobody would write down.

    python vader.py > vader.json
"""
import json
import random
import sys

from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SentimentIntensityAnalyzer

WRITTEN = """
The train leaves at nine.
What a lovely morning!
This is a terrible idea.
I love this song, I really love it!!!
I LOVE this song.
I LOVE THIS SONG
The soup was good.
The soup was very good.
The soup was VERY good.
The soup was VERY GOOD, and so was the bread!
The soup was kind of good.
The soup was only sort of good.
It is just enough good for us.
The soup was not good.
The soup was not very good.
The soup wasn't all that good.
It isn't bad.
It was never so good as today.
It was never this bad.
We never had this good a time.
Without doubt a great day.
Without a doubt a great day.
Without any joy he went home.
That is the least helpful answer.
That is at least helpful.
It was the very least helpful answer.
Least helpful of all.
No good comes of it.
No, it is fine.
There is no joy or happiness here.
No problem at all.
He said no.
The view is great, but the food is awful.
The food is awful, but the view is great.
Good, good, but good and good again.
But why is it so sad?
I am happy but but but tired.
She has a beating heart of gold.
It was the bomb last night, honest.
They met at the bus stop in hope.
Yeah right, as if that was a good plan.
The kiss of death for hope and love.
These shoes are to die for, pretty too.
He is bad ass and proud of it.
Why?? Why is this so awful???
Is it good? Is it bad? Is it fine? Who knows?
Great!!!!!!
Well done :) and thank you :D
So sad :( ;-(
xoxo lol :-P
Catch me if you can \U0001F600
\U0001F62D\U0001F62D what a day
Nice\u2764work
He's \"amazing\" (they say).
...
?!
a
Abandon all hope, ye who enter here.
HE FAILED, and we lost EVERYTHING.
Hardly any pain, barely a scratch, almost no damage.
I hardly ever cry, but when I do, I cry like a baby.
We rarely fail and seldom worry; neither do we panic.
Despite the rain we had fun.
A considerably less ugly, slightly more beautiful house.
It's neither good nor bad.
It's not the worst, it's not the best.
Everyone was shocked, horrified and disgusted; nobody smiled.
Nothing is more important than trust.
\u00c4rger macht keine Freude.
He cannot win. He can't lose. He won't cry.
""".strip().split("\n")


def random_sentences(analyzer, count):
    draw = random.Random(14)
    rated = sorted(word for word in analyzer.lexicon if word.isascii())
    special = ["but", "no", "or", "nor", "so", "this", "doubt", "without", "never", "least", "at", "very", "kind", "of", "sort", "just",
               "enough", "the", "bomb", "beating", "heart", "to", "die", "for", "bus", "stop", "yeah", "right", "table", "walks", "green"]
    emojis = [emoji for emoji in analyzer.emojis if len(emoji) == 1]
    sources = [(rated, 4), (special, 5), (sorted(NEGATE), 2), (sorted(BOOSTER_DICT), 2), (emojis, .3)]
    for _ in range(count):
        words = []
        for _ in range(draw.randint(1, 12)):
            word = draw.choice(draw.choices([words for words, _ in sources], [weight for _, weight in sources])[0])
            words.append(draw.choice([word] * 5 + [word.upper(), word.capitalize(), f'"{word}"', f"{word},"]))
        yield " ".join(words) + draw.choice(["", ".", "!", "!!", "?", "??", "???", "????!!!!!"])


def main():
    analyzer = SentimentIntensityAnalyzer()
    sentences = [*WRITTEN, *random_sentences(analyzer, 600)]
    told = [[text, *(analyzer.polarity_scores(text)[key] for key in ("compound", "pos", "neu", "neg"))] for text in sentences]
    sys.stdout.write("[\n" + ",\n".join(json.dumps(line) for line in told) + "\n]\n")


main()
