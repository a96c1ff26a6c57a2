/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/nation.h"

#include <string.h>
#include <strings.h>

#define ENGLISH_MEN                                                                          \
    "Aaron|Adrian|Austin|Ben|Bruce|Callum|Carl|Dean|Dominic|Edgar|Felix|Gavin|Harvey|Isaac|" \
    "Jasper|Keith|Lewis|Marcus|Neil|Owen|Philip|Ross|Sidney|Toby|Victor|Wallace"
#define ENGLISH_WOMEN                                                                     \
    "Alice|Beth|Caroline|Daisy|Eleanor|Fiona|Grace|Hazel|Irene|Josephine|Kathleen|Lydia|" \
    "Martha|"                                                                             \
    "Naomi|Olive|Penelope|Ruth|Stella|Tessa|Ursula|Violet|Winifred|Yvonne|Zoe"
#define ENGLISH_LAST                                                                         \
    "Abbott|Barnes|Carpenter|Dixon|Elliott|Fletcher|Gibson|Harper|Ingram|Jennings|Knight|"   \
    "Lawson|Mason|Newton|Osborne|Porter|Quinn|Richards|Shaw|Turner|Underwood|Vaughan|Watts|" \
    "Young|O'Connor|Barton-Smith"
#define FRENCH_LAST                                                                      \
    "Bernard|Chevalier|Dubois|Evrard|Fontaine|Giraud|Hubert|Joly|Lambert|Mercier|Noël|" \
    "Olivier|"                                                                           \
    "Perrin|Quentin|Renard|Simon|Thomas|Vidal|Lefèvre|Da Silva|Le Gall"
#define FRENCH_STREETS                                                                       \
    "Rue de l'Église|Rue du Moulin|Rue Victor-Hugo|Avenue Jean-Jaurès|Place de la Mairie|" \
    "Rue des Écoles|Quai Saint-Michel|Rue Pasteur|Boulevard Voltaire|Rue de la Gare|"       \
    "Rue Barbier|Avenue de la République|Rue d'Alésia"

const struct nation nation_table[NATION_COUNT] = {
    {
        .code = "AU",
        .country = "Australia",
        .male = ENGLISH_MEN,
        .female = ENGLISH_WOMEN,
        .last = ENGLISH_LAST,
        .cities = "Adelaide|Ballarat|Brisbane|Cairns|Darwin|Geelong|Hobart|Launceston|"
                  "Melbourne|Newcastle|Perth|Rockhampton|Sydney|Toowoomba|Wagga Wagga",
        .states = "Australian Capital Territory|New South Wales|Northern Territory|Queensland|"
                  "South Australia|Tasmania|Victoria|Western Australia",
        .streets = "Harbour Rd|Wattle St|Banksia Ave|Kangaroo Pl|E Lakeview Dr|Miners Ln|"
                   "Queen St|Rosella Cres|Station Rd|W Park Ave|Eucalyptus Dr|Jetty Rd",
        .postcode_min = 200,
        .postcode_max = 9999,
        .phone_form = "0#-####-####",
        .cell_form = "04##-###-###",
        .id_name = "TFN",
        .id_form = "#########",
    },
    {
        .code = "BR",
        .country = "Brazil",
        .male = "Afonso|Bento|Caio|Danilo|Emanuel|Fábio|Gastão|Heitor|Íris|João|Kléber|Luís|"
                "Mário|Nélson|Otávio|Plácido|Quirino|Rogério|Sérgio|Tomé|Valdemar|Zósimo",
        .female = "Ângela|Beatriz|Célia|Débora|Elisa|Flávia|Glória|Helena|Inês|Jucélia|Kátia|"
                  "Lúcia|Mônica|Natália|Olívia|Patrícia|Rosângela|Sônia|Telma|Vânia|Zilda",
        .last = "Araújo|Barros|Cardoso|Duarte|Fernandes|Gonçalves|Lopes|Magalhães|Nogueira|"
                "Peixoto|Queirós|Ribeiro|Simões|Teixeira|Viana|da Costa|das Neves",
        .cities = "Aracaju|Belém|Campinas|Divinópolis|Florianópolis|Goiânia|Ilhéus|"
                  "Jaboatão dos Guararapes|Londrina|Maceió|Niterói|Olinda|Pelotas|Santarém|"
                  "São José dos Campos|Uberlândia|Vitória da Conquista",
        .states =
            "Acre|Amapá|Ceará|Distrito Federal|Espírito Santo|Maranhão|Mato Grosso do Sul|"
            "Paraíba|Piauí|Rio Grande do Norte|Rondônia|São Paulo|Tocantins",
        .streets = "Avenida Brasil |Rua das Flores |Rua Quinze |Rua Sete de Setembro |"
                   "Travessa do Comércio|Rua Dom Pedro I|Avenida da Saudade|Rua São José |"
                   "Rua Tiradentes|Rua Santa Luzia |Rua Vinte e Um|Travessa Dez ",
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "(##) ####-####",
        .cell_form = "(##) ####-####",
        .id_name = "CPF",
        .id_form = "###.###.###-##",
        .id_since = 4,
    },
    {
        .code = "CA",
        .country = "Canada",
        .male = "Antoine|Blake|Cédric|Dylan|Étienne|Félix|Gabriel|Hunter|Jérémy|Liam|Mathis|"
                "Noah|Olivier|Philippe|Raphaël|Samuel|Thomas|Victor|William|Zachary",
        .female = "Amélie|Béatrice|Camille|Delphine|Émilie|Florence|Gabrielle|Hailey|Jade|"
                  "Kelly|Laurence|Maélie|Noémie|Océane|Rosalie|Sarah|Victoria|Zoé",
        .last = "Bouchard|Chow|Denys|Fortin|Gagnon|Harris|Jones|Kowalski|Lavoie|Macdonald|"
                "Ouellet|Patel|Roy|Singh|Tremblay|Wang|White|Young",
        .cities =
            "Brandon|Chicoutimi|Deer Lake|Edmonton|Fredericton|Gander|Halifax|Iqaluit|"
            "Kamloops|Lethbridge|Moncton|Nelson|Oshawa|Québec|Regina|St. John's|Whitehorse",
        .states = "Alberta|British Columbia|Manitoba|New Brunswick|"
                  "Newfoundland and Labrador|Northwest Territories|Nova Scotia|Nunavut|Ontario|"
                  "Prince Edward Island|Québec|Saskatchewan|Yukon",
        .streets =
            "1st Ave|22nd St|Bay Ave|Concession Road 6|Dundas Rd|King St|Lake of Bays Road|"
            "Maple St|Oak Ridge Rd|Pine Rd|St. Lawrence Ave|Tecumseh Rd|York St",
        .postcode_form = "@#@ #@#",
        .phone_form = "@## @##-####",
        .cell_form = "@## @##-####",
        .id_name = "SIN",
        .id_form = "#########",
        .id_since = 4,
    },
    {
        .code = "CH",
        .country = "Switzerland",
        .male = "Alois|Beat|Claudio|Dominik|Enrico|Fabrice|Gian|Hansruedi|Ivo|Jürg|Köbi|Luca|"
                "Matteo|Niklaus|Olivier|Pirmin|Reto|Stéphane|Toni|Urs|Vinzenz|Xaver",
        .female = "Annina|Bettina|Chantal|Dorothée|Elisabetta|Flurina|Giulia|Heidi|Isabelle|"
                  "Jeannine|Käthi|Ladina|Madlaina|Nadège|Ornella|Prisca|Rösli|Seraina|Ursina",
        .last = FRENCH_LAST "|Aebischer|Bürki|Zurbriggen|Wüthrich",
        .cities =
            "Altdorf UR|Bellinzona|Biel/Bienne|Château-d'Oex|Delsberg|Ennetbürgen|Frauenfeld|"
            "Glarus|Herisau|La Chaux-de-Fonds|Küsnacht ZH|Martigny|Neuenburg|Porrentruy|"
            "Rapperswil|Sitten|Thun|Weinfelden|Zürich",
        .states =
            "Aargau|Appenzell Innerrhoden|Basel-Stadt|Bern|Fribourg|Genève|Graubünden|Jura|"
            "Luzern|Neuchâtel|Obwalden|Schwyz|Ticino|Uri|Valais|Vaud|Zug|Zürich",
        .streets = FRENCH_STREETS,
        .men_title = "Monsieur",
        .women_titles = "Madame|Mademoiselle",
        .postcode_min = 1000,
        .postcode_max = 9999,
        .phone_form = "075 ### ## ##|076 ### ## ##|077 ### ## ##|078 ### ## ##|079 ### ## ##",
        .cell_form = "075 ### ## ##|076 ### ## ##|077 ### ## ##|078 ### ## ##|079 ### ## ##",
        .id_name = "AVS",
        .id_form = "756.####.####.##",
    },
    {
        .code = "DE",
        .country = "Germany",
        .male =
            "Achim|Bernd|Claus-Peter|Detlef|Eckhard|Friedhelm|Günther|Hans-Jürgen|Ingo|"
            "Jörg|Kai-Uwe|Lothar|Mehmet|Norbert|Otmar|Peer|Rüdiger|Sönke|Thorben|Uwe|Volker|"
            "Wolf-Dieter",
        .female = "Almuth|Brunhilde|Cordula|Dörte|Edeltraud|Frieda|Gudrun|Hannelore|Ingeborg|"
                  "Jördis|Karin|Liselotte|Marlies|Nele|Ottilie|Petra|Roswitha|Sieglinde|Tülay|"
                  "Uschi|Waltraud",
        .last = "Ackermann|Böttcher|Christ|Dörr|Eberhardt|Fröhlich|Größer|Hübner|Jäger|Köhler|"
                "Löffler|Mößner|Neubert|Özdemir|Pfeiffer|Quandt|Rößler|Schäfer|Thiel|Ullmann|"
                "Vogt|Weiß|Yıldız|Zöllner|von der Heide",
        .cities = "Annaberg-Buchholz|Bad Tölz|Cottbus|Dömitz|Eisenhüttenstadt|Füssen|Görlitz|"
                  "Haldensleben I|Itzehoe|Jülich|Köln|Lüneburg|Mühlhausen/Thüringen|Nördlingen|"
                  "Oberwiesenthal|Plön|Quedlinburg|Rüsselsheim am Main|Suhl|Tübingen|"
                  "Neustadt an der Weinstraße|Zeulenroda-Triebes",
        .states = "Baden-Württemberg|Bayern|Berlin|Brandenburg|Bremen|Hamburg|Hessen|"
                  "Mecklenburg-Vorpommern|Niedersachsen|Nordrhein-Westfalen|Rheinland-Pfalz|"
                  "Saarland|Sachsen|Sachsen-Anhalt|Schleswig-Holstein|Thüringen",
        .streets = "Ahornweg|Bahnhofstraße|Am Mühlenbach|Birkenallee|Dorfstraße|Goethestraße|"
                   "Im Winkel|Kirchgasse|Lindenstraße|Schulstraße|Tannenweg|Wiesengrund",
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "0###-#######",
        .cell_form = "017#-#######",
        .id_name = "SVNR",
        .id_form = "## %D %L ###",
        .id_since = 4,
    },
    {
        .code = "DK",
        .country = "Denmark",
        .male =
            "Anders|Bjørn|Christoffer|Daniel|Emil|Frederik|Gustav|Jeppe|Kristian|Lærke-Emil|"
            "Magnus|Nikolaj|Oliver|Philip|Rasmus|Søren|Tobias|Valdemar",
        .female =
            "Alberte|Cecilie|Ditte|Emma|Freja|Ida|Josefine|Katrine|Lærke|Maja|Naja|Olivia|"
            "Rosa|Signe|Tilde|Victoria|Åse",
        .last = "Andersen|Christensen|Hansen|Jørgensen|Kristensen|Larsen|Møller|Nielsen|Olsen|"
                "Petersen|Rasmussen|Sørensen|Thomsen",
        .cities =
            "Aarhus|Billund|Esbjerg V|Fredericia|Gråsten|Hadsten|Ishøj|Kolding|Lyngby|Møn|"
            "Nykøbing F|Odense Sø|Ringkøbing|Skærbæk|Thisted|Ulsted, Hals|Ølsted",
        .states = "Danmark|Hovedstaden|Midtjylland|Nordjylland|Sjælland|Syddanmark",
        .streets = "Bøgevej|Engdraget|Fasanvænget|Havnegade|Kirkevænget|Møllegade|Nørregade|"
                   "Skovbrynet|Strandvejen|Søndergade|Vestergade|Åbrinken",
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "########",
        .cell_form = "########",
        .id_name = "CPR",
        .id_form = "%D-####",
    },
    {
        .code = "ES",
        .country = "Spain",
        .male =
            "Álvaro|Benjamín|César|Darío|Enrique|Fermín|Gonzalo|Héctor|Íñigo|Joaquín|Lorenzo|"
            "Martín|Nicolás|Óscar|Pascual|Raúl|Sebastián|Tomás|Vicente|Xavier",
        .female = "África|Begoña|Concepción|Dolores|Encarnación|Fátima|Gema|Inés|Josefa|Lucía|"
                  "Mónica|Nuria|Olga|Pilar|Remedios|Sofía|Trinidad|Verónica|Yolanda",
        .last =
            "Álvarez|Benítez|Cortés|Domínguez|Esteban|Fernández|Gutiérrez|Hernández|Iglesias|"
            "Jiménez|León|Márquez|Núñez|Ortiz|Peña|Ramírez|Suárez|Vázquez|Ybáñez",
        .cities =
            "Ávila|Barcelona|Cádiz|Elche|Fuenlabrada|Gijón|Hospitalet de Llobregat|Jaén|"
            "La Coruña|Málaga|Orihuela|Palma de Mallorca|Reus|San Sebastián|Talavera de la "
            "Reina|Vigo|Zaragoza",
        .states = "Andalucía|Aragón|Asturias|Cantabria|Castilla la Mancha|Cataluña|Ceuta|"
                  "Extremadura|Galicia|Islas Baleares|La Rioja|Melilla|Navarra|País Vasco",
        .streets =
            "Avenida de la Constitución|Calle de Atocha|Calle de Bravo Murillo|Calle de "
            "Ferraz|Calle del Pez|Calle Mayor|Paseo de Extremadura|Ronda de Segovia|Calle "
            "de la Luna|Calle de Ángel García",
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "9##-###-###",
        .cell_form = "6##-###-###",
        .id_name = "DNI",
        .id_form = "########-@",
    },
    {
        .code = "FI",
        .country = "Finland",
        .male = "Antti|Eetu|Hannes|Ilmari|Joona|Kalle|Lauri|Mikael|Niilo|Oskari|Pyry|Roope|"
                "Sampo|Topias|Urho|Väinö|Ähti",
        .female = "Aino|Elli|Helmi|Iida|Jenna|Kerttu|Lumi|Minttu|Neea|Oona|Pihla|Ronja|Seela|"
                  "Tuulia|Venla|Åsa",
        .last = "Aaltonen|Heikkilä|Häkkinen|Jokinen|Kärkkäinen|Lehtonen|Mäkelä|Nyström|Ojala|"
                "Pääkkönen|Rantala|Sjöblom|Toivonen|Väisänen|Yli-Hukka",
        .cities = "Espoo|Hämeenlinna|Ilomantsi|Jyväskylä|Kökar|Lappeenranta|Mäntyharju|Närpiö|"
                  "Oulu|Pyhäjärvi|Rovaniemi|Sääksmäki|Turku|Vöyri|Ylöjärvi",
        .states = "Åland|Central Finland|Finland Proper|Kainuu|Kymenlaakso|Lapland|"
                  "North Karelia|Northern Ostrobothnia|Pirkanmaa|Satakunta|Southern Savonia|"
                  "Tavastia Proper|Uusimaa",
        .streets = "Aleksanterinkatu|Hämeenkatu|Itsenäisyydenkatu|Kalevantie|Mannerheimintie|"
                   "Nordenskiöldinkatu|Pispalan "
                   "valtatie|Rautatienkatu|Satakunnankatu|Verkatehtaankatu",
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "0#-###-###",
        .cell_form = "04#-###-##-##",
        .id_name = "HETU",
        /* the service's own bug */
        .id_form = "NaNNA###undefined",
        .id_form_10 = "%D-###@",
    },
    {
        .code = "FR",
        .country = "France",
        .male = "Amaury|Baptiste|Côme|Dorian|Élie|Florian|Gaëtan|Hippolyte|Ismaël|Jean-Loup|"
                "Kévin|Loïc|Maël|Nathanaël|Octave|Pierre-Yves|Rémi|Stéphane|Théo|Ugo|Yoann",
        .female = "Adèle|Brigitte|Chloé|Delphine|Éloïse|Fanny|Garance|Héloïse|Inès|Joséphine|"
                  "Lætitia|Maëlys|Noémie|Océane|Pénélope|Romane|Solène|Thaïs|Victoire|Zoé",
        .last = FRENCH_LAST,
        .cities = "Aix-en-Provence|Besançon|Créteil|Dunkerque|Évreux|Fort-de-France|Grenoble|"
                  "Le Havre|Limoges|Mérignac|Nîmes|Orléans|Pau|Rueil-Malmaison|Saint-Étienne|"
                  "Vitry-sur-Seine",
        .states = "Ain|Alpes-de-Haute-Provence|Ardèche|Bouches-du-Rhône|Corrèze|Côte-d'Or|"
                  "Drôme|Finistère|Haute-Savoie|Isère|Loiret|Lozère|Meurthe-et-Moselle|Nièvre|"
                  "Puy-de-Dôme|Territoire de Belfort|Val-d'Oise|Vendée|Yonne",
        .streets = FRENCH_STREETS,
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "01-##-##-##-##|02-##-##-##-##|03-##-##-##-##|04-##-##-##-##|"
                      "05-##-##-##-##",
        .cell_form = "06-##-##-##-##",
        .id_name = "INSEE",
        .id_form = "%s%y%M######## ##",
        .id_form_12 = "%sNNaN######## ##",
    },
    {
        .code = "GB",
        .country = "United Kingdom",
        .male = ENGLISH_MEN,
        .female = ENGLISH_WOMEN,
        .last = ENGLISH_LAST,
        .cities = "Aberdeen|Bath|Cardiff|Derby|Ely|Exeter|Glasgow|Hereford|Inverness|"
                  "Kingston upon Hull|Lisburn|Newport|Norwich|Perth|Swansea|Truro|York",
        .states = "Avon|Borders|Cleveland|County Antrim|County Down|Dyfed|"
                  "Dumfries and Galloway|Essex|Gwynedd County|Highlands and Islands|Isle of "
                  "Wight|Kent|Mid Glamorgan|Rutland|Shropshire|Tayside|West Sussex",
        .streets =
            "Albert Road|Chapel Lane|Church Street|George Street|High Street|King's Road|"
            "Mill Lane|North Street|Park Avenue|Queensway|Station Road|The Crescent|"
            "Victoria Road|York Road",
        .postcode_form = "@# #@@|@@# #@@|@## #@@|@@## #@@|@#@ #@@|@@#@ #@@",
        .phone_form = "01#### #####|01### #####|016### #####|0#### ######|02# #### ####",
        .cell_form = "07### ######",
        .id_name = "NINO",
        .id_form = "@@ ## ## ## @",
    },
    {
        .code = "IE",
        .country = "Ireland",
        .male = ENGLISH_MEN,
        .female = ENGLISH_WOMEN,
        .last = ENGLISH_LAST,
        .cities = "Arklow|Ballina|Carrick-on-Shannon|Dundalk|Ennis|Fermoy|Galway|Kilkenny|"
                  "Letterkenny|Monaghan|Navan|Portlaoise|Roscrea|Sligo|Tralee|Youghal",
        .states = "Carlow|Clare|Cork City|Dublin City|Dún Laoghaire–Rathdown|Fingal|Kerry|"
                  "Laois|Leitrim|Louth|Mayo|Offaly|South Dublin|Waterford|Wicklow",
        .streets =
            "Abbey Street|Bridge Street|Church Lane|Dublin Road|Eyre Square|George Street|"
            "Henry Street|Main Street|O'Connell Street|Patrick Street|Pearse Street|"
            "The Green",
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "0##-###-####",
        .cell_form = "081-###-####",
        .id_name = "PPS",
        .id_form = "#######T",
    },
    {
        .code = "IN",
        .country = "India",
        .since = 4,
        .male = "Aditya|Bharat|Chetan|Dhruv|Eshan|Gaurav|Harish|Ishaan|Jayesh|Kartik|Lakshan|"
                "Manish|Nikhil|Om|Pranav|Rohan|Sanjay|Tejas|Uday|Vivek|Yash",
        .female = "Aditi|Bhavna|Charu|Deepa|Esha|Garima|Hema|Indira|Jaya|Kavya|Lata|Meera|"
                  "Nandini|Ojaswini|Pooja|Radha|Sneha|Tanvi|Usha|Vidya|Yamini",
        .last = "Agarwal|Banerjee|Chatterjee|Desai|Gupta|Iyer|Joshi|Kapoor|Mehta|Nair|"
                "Pillai|Rao|Saxena|Tripathi|Verma|Yadav",
        .cities = "Ahmedabad|Bhubaneswar|Coimbatore|Dehradun|Faridabad|Guwahati|Hyderabad|"
                  "Indore|Jodhpur|Kochi|Lucknow|Mysore|Nagpur|Patna|Rajkot|Surat|"
                  "Thiruvananthapuram|Vijayawada",
        .states = "Andaman and Nicobar Islands|Assam|Bihar|Chhattisgarh|Goa|Haryana|Jharkhand|"
                  "Karnataka|Kerala|Manipur|Nagaland|Odisha|Punjab|Sikkim|Tripura|West Bengal",
        .streets =
            "Brigade Rd|Chandni Chowk|Church St|Fashion Street|Hill Rd|Janpath|Linking Rd|"
            "M.G. Rd|Marine Drive|Park Street|Residency Rd|T Nagar",
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "9#########|8#########|7#########",
        .cell_form = "9#########|8#########|7#########",
        .id_name = "UIDAI",
        .id_form = "############",
    },
    {
        .code = "IR",
        .country = "Iran",
        /* the formatter does not know how wide these letters are */
        /* clang-format off */
        .male = "آرش|بهنام|پویا|داریوش|رضا|سام|شاهین|فرهاد|"
                "کیان|مهدی|نیما|هومن|یاسین|علی‌رضا|امیرمحمد|محمدامین",
        .female = "آیدا|بهار|ترانه|دریا|رها|ژاله|سارا|شیرین|"
                "فاطمه|کیمیا|گلناز|لیلا|مریم|نرگس|هستی|یاسمین|"
                "زهرا",
        .last = "احمدی|بهرامی|پارسا|تهرانی|جعفری|حسینی|رضایی|زارعی|"
                "سلطانی‌نژاد|شریفی|عباسی|قاسمی|کریمی|گلشن|محمدی|نجاتی|"
                "یزدانی",
        .cities = "اصفهان|اهواز|بندرعباس|تبریز|خرم‌آباد|رشت|زنجان|ساری|"
                "شیراز|قم|کرمان|گرگان|مشهد|نیشابور|همدان|یزد",
        .states = "آذربایجان شرقی|اصفهان|بوشهر|تهران|"
                "چهارمحال و بختیاری|خراسان جنوبی|خوزستان|سیستان و بلوچستان|"
                "فارس|کهگیلویه و بویراحمد|گیلان|هرمزگان",
        .streets = "15 خرداد|آزادی|انقلاب|پارک لاله|جمهوری اسلامی|"
                "دکتر شریعتی|شهید بهشتی|طالقانی|فردوسی|کارگر|"
                "ملاصدرا|ولی‌عصر|میدان امام خمینی",
        /* clang-format on */
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "0##-########",
        .cell_form = "09##-###-####",
        .id_name = "",
    },
    {
        .code = "MX",
        .country = "Mexico",
        .since = 4,
        .male = "Abel|Baltazar|Cristóbal|Demetrio|Efraín|Fidel|Germán|Homero|Irineo|Julián|"
                "Leonel|Moisés|Noé|Octavio|Ponciano|Rubén|Saúl|Timoteo|Ulises|Yair",
        .female = "Amelia|Bárbara|Citlali|Delia|Esperanza|Flor|Guadalupe|Hortensia|Irma|Jimena|"
                  "Lucero|Margarita|Nélida|Ofelia|Perla|Rocío|Soledad|Teresa|Ximena",
        .last = "Alcántara|Barragán|Cárdenas|Dávila|Espinoza|Figueroa|Guzmán|Huerta|Juárez|"
                "Lozano|Muñoz|Ocampo|Quiñones|Rentería|Sepúlveda|Trejo|Urías|Zúñiga",
        /* the service's list has quotation marks within a value */
        .cities =
            "Acámbaro|Benito Juárez|Chilpancingo|Dolores Hidalgo|Ensenada|Fresnillo|"
            "Guasave|Huauchinango|Irapuato|Jalapa|\"La \"\"d\"\"\"|Los Mochis|Mérida|Nogales|"
            "Oaxaca|Puerto Peñasco|Tapachula|Zitácuaro",
        .states = "Aguascalientes|Baja California Sur|Campeche|Chiapas|Coahuila|Colima|"
                  "Estado de México|Guanajuato|Hidalgo|Michoacán|Nuevo León|Puebla|"
                  "San Luis Potosí|Tabasco|Veracruz|Yucatán|Zacatecas",
        .streets = "Andador Morelos|Avenida Juárez|Boulevard Hidalgo|Calle Aldama|Callejón del "
                   "Beso|Calzada Tlalpan|Cerrada Peñón|Circuito Norte Zapata|Diagonal Río "
                   "Churubusco|Peatonal Niños Héroes|Privada Cuauhtémoc|Retorno Yucatán",
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "(6##) ### ####",
        .cell_form = "(6##) ### ####",
        .id_name = "NSS",
        .id_form = "## ## ## #### #",
    },
    {
        .code = "NL",
        .country = "Netherlands",
        .male = "Arjen|Bartholomeus|Cornelis|Daan|Egbert|Floris|Gijsbert|Hendrik-Jan|IJsbrand|"
                "Jelle|Koen|Leendert|Maarten|Noël|Okke|Pieter|Reinier|Sjoerd|Teun|Wouter|Zeger",
        .female =
            "Annemieke|Berendina|Cornelia|Dieuwke|Elsbeth|Femke|Greetje|Hanneke|Ilse|"
            "Janneke|Klaasje|Lotte|Marijke|Nynke|Oda|Petronella|Roosmarijn|Saskia|Tjitske|"
            "Wilhelmina",
        .last = "'t Hooft|Bakker|Coenraads|De Groot|Van Andel|Engelen|Feenstra|Geerts|Hoekstra|"
                "Jansma|Kuiper|Leeuwenburgh|Meijer|Nijboer|Op den Kelder|Postma|Ruijter|Smits|"
                "Terpstra|Van der Veen|Wijnands|Zijlstra",
        .cities = "'s-Gravenzande|'t Zand|Almelo|Bergen op Zoom|Culemborg|Deventer|Enschede|"
                  "Franeker|Goes|Heerhugowaard|IJsselstein|Katwijk aan Zee|Leeuwarden|Meppel|"
                  "Nuenen, Gerwen en Nederwetten|Oss|Purmerend|Roermond|Sint Annaparochie|Tiel|"
                  "Winschoten|Zwijndrecht",
        .states = "Drenthe|Flevoland|Friesland|Gelderland|Groningen|Limburg|Noord-Brabant|"
                  "Noord-Holland|Overijssel|Utrecht|Zeeland|Zuid-Holland",
        .streets =
            "1e Dwarsstraat|Achter de Kerk|Burgemeester De Vlugtlaan|Dorpsstraat|Eikenlaan|"
            "Groene Dijk|Heerenweg|Julianaplein|Kerkplein|Lindehof|Molenpad|Oude Gracht|"
            "Schoolstraat|Van 't Hoffstraat|Zeedijk",
        .postcode_form =
            "1### @@|2### @@|3### @@|4### @@|5### @@|6### @@|7### @@|8### @@|9### @@",
        .phone_form = "(0##) #######|(0###) ######",
        .cell_form = "(06) ########",
        .id_name = "BSN",
        .id_form = "########",
    },
    {
        .code = "NO",
        .country = "Norway",
        .since = 2,
        .male = "Aksel|Bjørnar|Christian|Didrik|Eirik|Fredrik|Gaute|Håkon|Ingvar|Jørgen|Knut|"
                "Lars|Mathias|Nikolai|Odin|Pål|Roar|Sindre|Trygve|Vetle|Ådne",
        .female = "Amalie|Bjørg|Camilla|Dina|Embla|Frøydis|Guro|Hedda|Ingvild|Julie|Kjersti|"
                  "Linnea|Malin|Nora|Oda|Ragnhild|Solveig|Tiril|Unni|Vilde|Åshild",
        .last = "Aas|Bjørklund|Dahl|Eriksen|Fjeld|Gundersen|Haugen|Iversen|Johannessen|Knutsen|"
                "Lien|Moe|Nygård|Ødegård|Pettersen|Ruud|Strøm|Tveit|Ulvestad|Våge|Østby",
        .cities =
            "Alta|Bodø|Drøbak|Elverum|Førde|Gjøvik|Hønefoss|Jessheim|Kristiansund|"
            "Lillehammer|Mosjøen|Narvik|Odda|Porsgrunn|Røros|Svolvær|Tromsø|Vadsø|Å|Ålesund",
        .states = "Akershus|Aust-Agder|Buskerud|Finnmark - Finnmárku|Hedmark|Hordaland|"
                  "Møre og Romsdal|Nordland|Nord-Trøndelag|Oslo|Rogaland|Sogn og Fjordane|"
                  "Svalbard|Telemark|Troms - Romsa|Vestfold|Østfold",
        .streets = "Bjørkeveien|Christian Krohgs gate|Fjellstien|Granveien|Haugastøl terrasse|"
                   "Kirkegata|Lillevannsskogen|Maridalsveien|Parkveien|Storgata|Sørkedalsveien|"
                   "Trondheimsveien|Vækerøveien|Øvre Slottsgate",
        .postcode_form = "####",
        .phone_form = "2#######|3#######|5#######|6#######|7#######|8#######",
        .cell_form = "4#######|9#######",
        .id_name = "FN",
        .id_form = "%D#####",
    },
    {
        .code = "NZ",
        .country = "New Zealand",
        .male = ENGLISH_MEN,
        .female = ENGLISH_WOMEN,
        .last = ENGLISH_LAST,
        .cities =
            "Auckland|Blenheim|Dunedin|Gisborne|Hastings|Invercargill|Lower Hutt|Masterton|"
            "Napier|Palmerston North|Rotorua|Tauranga|Upper Hutt|Whanganui|Whangarei",
        .states = "Bay of Plenty|Canterbury|Hawke's Bay|Manawatu-Wanganui|Marlborough|Nelson|"
                  "Northland|Otago|Southland|Taranaki|Tasman|Waikato|Wellington|West Coast",
        .streets = "Armagh Street|Broadway|Colombo Street|Dominion Road|Great North Road|"
                   "Karangahape Road|Lincoln Road|Moorhouse Avenue|Ponsonby Road|"
                   "St Georges Bay Road|Tinakori Road|Willis Street",
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "(###)-###-####",
        .cell_form = "(###)-###-####",
        .id_name = "",
    },
    {
        .code = "RS",
        .country = "Serbia",
        .since = 4,
        .male =
            "Aleksa|Boško|Časlav|Dušan|Đorđe|Filip|Goran|Igor|Jovan|Kosta|Luka|Miloš|Nebojša|"
            "Ognjen|Predrag|Radovan|Siniša|Tadija|Uroš|Vukašin|Želimir",
        .female =
            "Anđela|Biljana|Dušica|Emilija|Gordana|Hristina|Ivana|Jasmina|Katarina|Ljiljana|"
            "Milica|Nađa|Olivera|Petra|Radmila|Snežana|Tijana|Vesna|Željka",
        .last = "Anđelković|Bošković|Cvetković|Čolić|Ćirić|Đurić|Filipović|Gajić|Ilić|Jovičić|"
                "Knežević|Lazić|Matić|Nikolić|Obradović|Petrović|Radić|Šešelj|Todorović|Vasić|"
                "Živković",
        .cities =
            "Aranđelovac|Bačka Topola|Čačak|Despotovac|Inđija|Kruševac|Leskovac|Mali Iđoš|"
            "Novi Sad|Petrovac na Mlavi|Raška|Smederevska Palanka|Šabac|Užice|Vršac|Žabari",
        .states = "Belgrade|Bor|Central Banat|Jablanica|Kolubara|Mačva|Moravica|Nišava|"
                  "North Bačka|Pčinja|Pirot|Raška|South Banat|Srem|Šumadija|Zaječar|Zlatibor",
        .streets = "Beogradska |Cara Dušana|Despota Stefana |Đure Jakšića|Gundulićev venac |"
                   "Jevrejska|Kneza Miloša|Kralja Petra I|Ljube Stojanovića |Nemanjina|"
                   "Svetog Save |Vuka Karadžića|Žarka Zrenjanina",
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "0##-####-###",
        .cell_form = "06#-####-###",
        .id_name = "SID",
        .id_form = "#########",
    },
    {
        .code = "TR",
        .country = "Turkey",
        .male = "Ahmet|Burak|Cem|Çağlar|Doğan|Eren|Fırat|Gökhan|Hüseyin|İbrahim|Kağan|Levent|"
                "Mert|Oğuz|Ömer|Rıza|Selçuk|Şükrü|Tuğrul|Ümit|Yiğit",
        .female =
            "Aslı|Belgin|Cansu|Çiğdem|Duygu|Ebru|Füsun|Gülşah|Hülya|Işıl|İpek|Kıymet|Leyla|"
            "Melis|Nilüfer|Özge|Pınar|Sıla|Şebnem|Tuğba|Ülkü|Yağmur",
        .last = "Akgül|Başoğlu|Çelik|Çetin|Durmaz|Erçetin|Fındık|Gürsoy|Hakyemez|Ilıcalı|"
                "İnönü|Kılıç|Limoncuoğlu|Menemencioğlu|Nebioğlu|Özbey|Paksüt|Sarıoğlu|Şahin|"
                "Tütüncü|Ünal|Yeşilkaya",
        .cities = "Ağrı|Balıkesir|Çanakkale|Diyarbakır|Elâzığ|Gümüşhane|Iğdır|İzmir|Kırıkkale|"
                  "Muğla|Niğde|Ordu|Sakarya|Şanlıurfa|Tekirdağ|Uşak|Van|Yalova",
        .states = "Adıyaman|Bartın|Çankırı|Denizli|Eskişehir|Giresun|Hakkâri|Isparta|İstanbul|"
                  "Kütahya|Malatya|Nevşehir|Rize|Sivas|Şırnak|Tunceli|Zonguldak",
        .streets = "Abanoz Sk|Atatürk Sk|Bağdat Cd|Cumhuriyet Cd|Fatih Sultan Mehmet Cd|"
                   "Istiklal Cd|Kushimoto Sk|Mevlana Cd|Necatibey Cd|Talak Göktepe Cd|Tunalı "
                   "Hilmi Cd|Vatan Cd",
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "(###)-###-####",
        .cell_form = "(###)-###-####",
        .id_name = "",
    },
    {
        .code = "UA",
        .country = "Ukraine",
        .since = 4,
        .male = "Andriy|Bogdan|Vasil|Gordiy|Danilo|Zahar|Illya|Kirilo|Lev|Mikola|Nazar|Ostap|"
                "Pavlo|Roman|Stepan|Taras|Fedir|Yaroslav",
        .female =
            "Anastasiya|Bogdana|Valeriya|Galina|Dariya|Zoya|Irina|Kateryna|Lyudmila|Mariya|"
            "Nadiya|Oksana|Polina|Ruslana|Sofiya|Tetyana|Uliana|Yuliya",
        .last = "Andriyenko|Bondarchuk|Voloshin|Grishchenko|Dovgalyuk|Zinchenko|Ivashchenko|"
                "Kovalchuk|Litvin|Melnichenko|Nechiporuk|Oliynik|Ponomarenko|Rudenko|Savchuk|"
                "Tkachenko|Fedorenko|Shevchuk|Yurchenko",
        .cities = "Alchevsk|Berdichiv|Vinnicya|Gola Pristan|Drogobich|Zhitomir|Izmayil|Kaniv|"
                  "Lubni|Mikolayiv|Nova Kahovka|Ostrog|Poltava|Rivne|Svitlovodsk|Truskavec|"
                  "Uzhgorod|Fastiv|Cherkasi",
        .states =
            "Avtonomna Respublika Krim|Volinska|Dnipropetrovska|Zhitomirska|Zakarpatska|"
            "Kirovogradska|Lvivska|Odeska|Rivnenska|Sumska|Harkivska|Cherkaska|Chernivecka",
        /* one entry of the service's list is empty */
        .streets = "|Balkivska|Velika Vasilkivska|Gogolya|Deribasivska|Zhovtneva|Ivana Franka|"
                   "Kiltseva doroga|Provulok Tihiy|Prospekt Peremogi|Sadova|Tarasa Shevchenka|"
                   "8 Bereznya|Volodimirska",
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "(066) @##-####|(067) @##-####|(096) @##-####|(097) @##-####|(098) "
                      "@##-####|(099) @##-####",
        .cell_form = "(066) @##-####|(067) @##-####|(096) @##-####|(097) @##-####|(098) "
                     "@##-####|(099) @##-####",
        .id_name = "",
    },
    {
        .code = "US",
        .country = "United States",
        .male = ENGLISH_MEN,
        .female = ENGLISH_WOMEN,
        .last = ENGLISH_LAST,
        .cities = "Akron|Baton Rouge|Chattanooga|Des Moines|Eugene|Fort Wayne|Grand Rapids|"
                  "Houston|Irvine|Jacksonville|Knoxville|Las Cruces|Manchester|New York|"
                  "Oklahoma City|Port St. Lucie|Raleigh|Salt Lake City|Tulsa|Winston-Salem",
        .states =
            "Alabama|Alaska|Arkansas|Colorado|Delaware|Florida|Georgia|Hawaii|Idaho|Kansas|"
            "Louisiana|Maine|Nebraska|New Hampshire|North Dakota|Ohio|Oregon|Rhode Island|"
            "South Carolina|Texas|Utah|Vermont|West Virginia|Wyoming",
        .streets = "Cherry St|Daisy Dr|E North St|Forest Ln|Groveland Terrace|Hickory Creek Dr|"
                   "Lakeview St|Mockingbird Hill|N Stelling Rd|Pecan Acres Ln|Railroad St|"
                   "Sunset St|Timber Wolf Trail|W Campbell Ave|Washington Ave",
        .postcode_min = 10000,
        .postcode_max = 99999,
        .phone_form = "(###) ###-####",
        .cell_form = "(###) ###-####",
        .id_name = "SSN",
        .id_form = "###-##-####",
    },
};

const struct nation nation_lego = {
    .code = "LEGO",
    .country = "Legoland",
    .male = "Bricks|Clutch|Duplo|Stud|Technic",
    .female = "Belville|Clikits|Friends|Minifig|Scala",
    .last = "Baseplate|Builder|Plate|Tile|Slope",
    .cities = "Billund|Brickston|Heartlake",
    .states = "Brick|Plastic",
    .streets = "Brick Rd|Plate St|Tile Ave",
    .postcode_min = 10000,
    .postcode_max = 99999,
    .phone_form = "(###) ###-####",
    .cell_form = "(###) ###-####",
    .id_name = "SN",
    .id_form = "########",
};

int nation_find(const char *code, size_t len)
{
    for (int i = 0; i < NATION_COUNT; i++)
        if (strlen(nation_table[i].code) == len &&
            strncasecmp(nation_table[i].code, code, len) == 0)
            return i;
    return -1;
}
