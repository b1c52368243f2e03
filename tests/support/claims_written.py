"""Statements written by hand as an explanation would put them, by topic: the Atlas has other words for them."""

from __future__ import annotations

TRUE: dict[str, str] = {
    "Marie Curie": (
        "Marie Curie was born in Warsaw on 7 November 1867. "
        "She moved to Paris in 1891 to study at the Sorbonne. "
        "In 1903 she shared the Nobel Prize in Physics with her husband Pierre and Henri Becquerel. "
        "She won the Nobel Prize in Chemistry in 1911. "
        "Curie discovered two elements, polonium and radium, in 1898. "
        "She died of aplastic anaemia in 1934 at the age of 66. "
        "Her daughter Irène won a Nobel Prize in 1935. "
        "She was the first person to win the Nobel Prize twice."
    ),
    "World War II": (
        "World War II began on 1 September 1939 when Germany invaded Poland. "
        "The war in Europe ended on 8 May 1945. "
        "The United States entered the war in December 1941 after the attack on Pearl Harbor. "
        "It involved more than 30 countries. "
        "Between 70 and 85 million people died. "
        "The Soviet Union lost about 27 million people. "
        "The Battle of Stalingrad ended in February 1943. "
        "The first atomic bomb was dropped on Hiroshima on 6 August 1945. "
        "Germany invaded the Soviet Union in June 1941. "
        "Japan surrendered on 2 September 1945."
    ),
    "Brazil": (
        "Brazil is the largest country in South America and the fifth largest in the world. "
        "Its capital is Brasília, inaugurated in 1960. "
        "It was a Portuguese colony until 1822. "
        "Brazil became a republic in 1889. "
        "It borders ten countries. "
        "The population is more than 200 million. "
        "Its largest city is São Paulo. "
        "Brazil has won the FIFA World Cup five times. "
        "Brazil hosted the Olympic Games in 2016. "
        "It covers about 3.3 million square miles. "
        "The Amazon rainforest covers about 60 percent of the country."
    ),
    "DNA": (
        "DNA is a molecule composed of two polynucleotide chains that form a double helix. "
        "Its structure was described by James Watson and Francis Crick in 1953. "
        "DNA contains four bases: adenine, thymine, guanine and cytosine. "
        "Human DNA has about three billion base pairs. "
        "The double helix makes a full turn about every 10 base pairs. "
        "DNA was first isolated by Friedrich Miescher in 1869. "
        "Rosalind Franklin took Photo 51 in 1952. "
        "A human cell contains 46 chromosomes."
    ),
    "Moon": (
        "The Moon is Earth's only natural satellite. "
        "It orbits the Earth at an average distance of about 384,000 km. "
        "Its diameter is about one quarter of Earth's. "
        "The Moon takes about 27.3 days to orbit the Earth. "
        "The same side always faces the Earth. "
        "Humans first landed on the Moon in July 1969. "
        "Twelve people have walked on the Moon. "
        "The last crewed mission was Apollo 17 in 1972. "
        "Surface temperatures range from -173 °C to 127 °C. "
        "Its gravity is about one sixth of the Earth's. "
        "It formed about 4.5 billion years ago."
    ),
    "Jupiter": (
        "Jupiter is the fifth planet from the Sun and the largest in the Solar System. "
        "It has more than 90 known moons. "
        "Galileo discovered its four largest moons in 1610. "
        "A day on Jupiter lasts about ten hours. "
        "Its mass is more than 300 times that of the Earth. "
        "It takes nearly 12 years to orbit the Sun. "
        "Jupiter consists mainly of hydrogen and helium. "
        "Its Great Red Spot is larger than the Earth. "
        "The Juno spacecraft arrived at Jupiter in 2016."
    ),
    "French Revolution": (
        "The French Revolution began in 1789. "
        "The Bastille was stormed on 14 July 1789. "
        "Louis XVI was executed in January 1793. "
        "It ended with the coup of 18 Brumaire in November 1799. "
        "The Estates General met in May 1789. "
        "The monarchy was abolished in September 1792. "
        "Robespierre was executed in July 1794. "
        "The Declaration of the Rights of Man was adopted in August 1789."
    ),
    "Mount Everest": (
        "Mount Everest is the highest mountain on Earth above sea level. "
        "Its height is 8,849 metres, or about 29,032 feet. "
        "Edmund Hillary and Tenzing Norgay first climbed it on 29 May 1953. "
        "It lies in the Himalayas on the border between Nepal and China. "
        "It was named after George Everest in 1865. "
        "Junko Tabei became the first woman to reach the summit in 1975. "
        "More than 300 people have died on the mountain. "
        "Reinhold Messner climbed it without oxygen in 1978."
    ),
    "Albert Einstein": (
        "Einstein was born in Ulm in 1879. "
        "He published four groundbreaking papers in 1905. "
        "He received the 1921 Nobel Prize in Physics for explaining the photoelectric effect. "
        "He moved to the United States in 1933. "
        "Einstein became an American citizen in 1940. "
        "He died in Princeton in 1955. "
        "His theory of general relativity appeared in 1915. "
        "He worked at the patent office in Bern. "
        "In 1939 he signed a letter to President Roosevelt."
    ),
    "William Shakespeare": (
        "Shakespeare was born in Stratford-upon-Avon in April 1564. "
        "He married Anne Hathaway at the age of 18. "
        "They had three children. "
        "He wrote about 39 plays and 154 sonnets. "
        "He died on 23 April 1616. "
        "The First Folio was published in 1623. "
        "Hamlet was written around 1600. "
        "The Globe Theatre was built in 1599."
    ),
    "Photosynthesis": (
        "Photosynthesis takes place in the chloroplasts of plant cells. "
        "It turns carbon dioxide and water into sugar and oxygen. "
        "It first evolved more than three billion years ago. "
        "Plants absorb mostly red and blue light. "
        "Melvin Calvin received the Nobel Prize in Chemistry in 1961. "
        "Jan Ingenhousz showed in 1779 that light is necessary. "
        "Photosynthesis captures about 130 terawatts of energy. "
        "The Calvin cycle needs six turns to make one glucose molecule."
    ),
    "Jazz": (
        "Jazz originated in New Orleans in the late 19th and early 20th centuries. "
        "Louis Armstrong was born in 1901. "
        "Bebop emerged in the 1940s. "
        "Miles Davis recorded Kind of Blue in 1959. "
        "The first jazz record was made in 1917. "
        "Swing was popular in the 1930s. "
        "Duke Ellington led his orchestra for more than 50 years."
    ),
    "Berlin Wall": (
        "The Berlin Wall was built in 1961 and fell on 9 November 1989. "
        "It was about 155 km long. "
        "It divided Berlin for 28 years. "
        "At least 140 people were killed at the wall. "
        "It was built by the German Democratic Republic. "
        "Germany was reunified on 3 October 1990."
    ),
    "Roman Empire": (
        "Augustus became the first emperor in 27 BC. "
        "The Western Empire fell in 476. "
        "The Eastern Empire lasted until 1453. "
        "It reached its greatest extent under Trajan in AD 117. "
        "Constantine founded Constantinople in 330. "
        "The empire was divided in 395. "
        "Caracalla gave citizenship to all free people in 212."
    ),
    "Amazon River": (
        "The Amazon is the largest river in the world by discharge. "
        "It is about 6,400 km long. "
        "It flows through Peru, Colombia and Brazil. "
        "It carries about one fifth of the world's river water. "
        "Francisco de Orellana sailed down it in 1541 and 1542. "
        "It has more than 1,100 tributaries. "
        "More than 2,000 species of fish live in it."
    ),
}
"""All of these are true; the Atlas tells of some of them."""

FALSE: dict[str, str] = {
    "Marie Curie": (
        "Marie Curie was born in Krakow on 7 November 1867. "
        "She was born in Warsaw in 1877. "
        "She was the first woman to win a Nobel Prize, in 1913. "
        "She was the first person to win a Nobel Prize three times."
    ),
    "World War II": (
        "World War II began on 1 September 1940. "
        "The war lasted from 1939 to 1947. "
        "Germany did not invade Poland. "
        "It caused the death of 7 to 8 million people."
    ),
    "Brazil": (
        "Brazil is the third largest country in the world. "
        "Its capital is Rio de Janeiro. "
        "It was a Spanish colony until 1822. "
        "Brazil became independent in 1862."
    ),
    "Mount Everest": (
        "Its height is 7,849 metres. "
        "Edmund Hillary and Tenzing Norgay first climbed it in 1963. "
        "It lies in the Andes."
    ),
    "Albert Einstein": (
        "Einstein was born in Ulm in 1889. He received the 1931 Nobel Prize in Physics. He died in 1965."
    ),
    "Jupiter": (
        "Jupiter is the sixth planet from the Sun. "
        "Galileo discovered its four largest moons in 1710. "
        "Its largest moon is Titan."
    ),
    "Moon": (
        "The Moon orbits the Earth at an average distance of about 484,000 km. "
        "Humans first landed on the Moon in 1979."
    ),
    "Berlin Wall": ("The Berlin Wall was built in 1951. It fell on 9 November 1979."),
    "Roman Empire": (
        "The Western Empire fell in 576. "
        "Augustus became the first emperor in 27 AD. "
        "The Eastern Empire fell in 1553."
    ),
    "French Revolution": ("The French Revolution began in 1779. It ended in November 1809."),
}
"""None of these is true."""
