package extract

import (
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

// Names and titles of many lands, and people who are no officials.
func TestOfficialsOfManyLands(t *testing.T) {
	o := peopleOntology(t)
	tests := []struct{ text, want string }{
		{"Mexico's Economy Secretary María Fernanda López de la Torre met Chile's Undersecretary for International Economic Relations, Pablo Urrutia Vidal, on Monday in Lima.", "María Fernanda López de la Torre/MX Pablo Urrutia Vidal/CL"},
		{"Saudi Commerce Minister Majid bin Abdullah Al-Otaibi and Emirati Minister of State for Foreign Trade Salem Al Mansoori signed it in Abu Dhabi.", "Majid bin Abdullah Al-Otaibi/SA Salem Al Mansoori/AE"},
		{"South Korean Trade Minister Baek Seung-hyun told reporters. Baek added that talks with Washington went on.", "Baek Seung-hyun/KR"},
		{"Japan's Minister of Economy, Trade and Industry, Hiroto Nakamura, said on Tuesday he would fly to Ottawa soon.", "Hiroto Nakamura/JP"},
		{"Zhao Wenbo, a spokesman for China's General Administration of Customs, told reporters in Beijing today.", "Zhao Wenbo/CN"},
		{"Former Australian trade minister Andrew Pell and acting Deputy US Trade Representative Sarah Quinn disagreed on this point.", "Andrew Pell/AU Sarah Quinn/US"},
		{"Vietnam's deputy industry and trade minister Nguyen Thi Lan Anh said the duties were unfair to her country's exporters.", "Nguyen Thi Lan Anh/VN"},
		{"Indonesian Coordinating Minister for Economic Affairs Budi Hartono said tariffs on palm oil would be discussed next week.", "Budi Hartono/ID"},
		{"Olga Petrova, Ukraine's deputy economy minister and trade representative, welcomed the offer made by Brussels on Thursday.", "Olga Petrova/UA"},
		{"The talks were led by Ana Souza, Brazil's secretary of foreign trade, and Carl Weber, head of the European Commission's trade directorate.", "Ana Souza/BR Carl Weber/EU"},
		{"WTO Deputy Director-General Amara Diallo and IMF First Deputy Managing Director Ruth Klein warned of a slump in world trade.", "Amara Diallo/WTO Ruth Klein/IMF"},
		{"Trade ministers Kwame Boateng of Ghana and Fatima Bello of Nigeria called for lower barriers within the region this year.", "Kwame Boateng/GH Fatima Bello/NG"},
		{"Prime Minister Lars Holm's government will study it, and Finance Minister Eva Berg told Norway's parliament so on Friday.", "Lars Holm/NO Eva Berg/NO"},
		{"The Swiss economics minister, Hans Peter Frei, flew to Washington with State Secretary Sabine Kunz for a last round of talks.", "Hans Peter Frei/CH Sabine Kunz/CH"},
		{"Congressman Bill Torrance, a Republican from Ohio, and Senator Kate Moore (D-Oregon) wrote a bill on tariffs together.", "Bill Torrance/US Kate Moore/US"},
		{"U.S. Ambassador to Japan George Mills said that the tariffs would stay, according to the embassy's spokeswoman, Dana Field.", "George Mills/US Dana Field/US"},
		{"India's chief negotiator Rakesh Verma, joint secretary in the commerce department, leads the delegation to Brussels next week.", "Rakesh Verma/IN"},
		{"Thai Commerce Minister Somsak Thepkaew said so. The minister, who took office in May, said tariffs hurt Thai rubber.", "Somsak Thepkaew/TH"},
		{"Commission trade spokesman Luc Martin said the bloc was ready. Mr Martin declined to name the products on the list.", "Luc Martin/EU"},
		{"Steel company spokesman Tim Burke and the union's president, Joan Reilly, welcomed the tariffs announced by the White House.", ""},
		{"Professor Li Wei of Peking University and Morgan Hale, chief economist at Northbank, said tariffs would hurt growth in China.", ""},
		{"The American Soybean Association's president, Carl Dietz, said farmers in Iowa would lose exports to China this year.", ""},
		{"Central bank governor Amina Rahman of Bangladesh said the tariffs would slow exports to the United States of America.", "Amina Rahman/BD"},
		{"Treasury Secretary Grant Holloway, Commerce Secretary Dale Pike and Trade Representative Josephine Aldous met Vice Premier Hu Jianping in Vienna.", "Grant Holloway/US Dale Pike/US Josephine Aldous/US Hu Jianping/CN"},
		{"Canada's minister responsible for trade with the United States, Marc Tremblay, said Ottawa would match the tariffs dollar for dollar.", "Marc Tremblay/CA"},
		{"Egyptian Minister of Investment and Foreign Trade Dr. Hisham Abdel Fattah El-Sayed received the Turkish trade minister, Mehmet Kaya.", "Hisham Abdel Fattah El-Sayed/EG Mehmet Kaya/TR"},
		{"Kenya's Trade Cabinet Secretary Grace Wanjiru and Principal Secretary Alfred Kiptoo will lead the team at the AGOA talks.", "Grace Wanjiru/KE Alfred Kiptoo/KE"},
		{"Pakistan's federal commerce minister Jamal Afridi and Special Assistant to the Prime Minister Haroon Bilour attended the meeting.", "Jamal Afridi/PK Haroon Bilour/PK"},
		{"The premier of Ontario, Rob Fielding, and Alberta Premier Dana Scholz asked for exemptions from the American tariffs on energy.", "Rob Fielding/CA Dana Scholz/CA"},
		{"German Chancellor Karl Brandt told the Bundestag that his economy minister, Julia Hoffmann, would travel to Washington next week.", "Karl Brandt/DE Julia Hoffmann/DE"},
		{"A White House official, Kyle Marsh, told reporters on Air Force One that President Walter Kincaid would sign the order on Friday.", "Kyle Marsh/US Walter Kincaid/US"},
		{"Russian Deputy Prime Minister Alexei Orlov said Moscow would extend its ban on exports of gasoline until the end of the year.", "Alexei Orlov/RU"},
		{"Bank of Korea Governor Ryu Min-jae said that tariffs had clouded the outlook for the South Korean economy this year.", "Ryu Min-jae/KR"},
		{"ASEAN Secretary-General Tan Sri Azlan Harun said the ten members would not retaliate against tariffs imposed by Washington.", "Azlan Harun/ASEAN"},
		{"Undersecretary of Commerce for Industry and Security Paul Denton testified before the Senate Banking Committee on chip exports.", "Paul Denton/US"},
		{"Taiwan's vice premier and chief negotiator, Cheng Yu-ting, said that the two sides were close to a deal on tariffs.", "Cheng Yu-ting/TW"},
		{"Dutch Foreign Trade Minister Liesbeth van den Berg-Smit told the Dutch parliament in The Hague about the new export licences.", "Liesbeth van den Berg-Smit/NL"},
		{"Wang, China's top trade negotiator, met US officials.", ""},
		{"Kim Do-yeon, director general for trade policy at South Korea's industry ministry, led the Korean side in the talks in Seoul.", "Kim Do-yeon/KR"},
		{"Argentina's foreign minister Lucía Ferreyra Paz said the accord with Washington would be signed by President Julián Etcheverry in May.", "Lucía Ferreyra Paz/AR Julián Etcheverry/AR"},
		{"President Han Seok-jun of South Korea and his US counterpart Walter Kincaid spoke by phone about tariffs on Korean cars.", "Han Seok-jun/KR Walter Kincaid/US"},
		{"House Ways and Means Committee Chair Tom Ryland, Rep. Ana Diaz and former Rep. Joe Kerr backed a bill to curb tariff powers.", "Tom Ryland/US Ana Diaz/US Joe Kerr/US"},
		{"British trade minister Oliver Marsden's office said he would meet Cecilia Borg, the European Union's trade chief, in London.", "Oliver Marsden/GB Cecilia Borg/EU"},
		{"Minister of Trade and Industry Wee Kok Leong told Singapore's parliament that the city-state had been hit by a 10 per cent tariff.", "Wee Kok Leong/SG"},
		{"Qatari Prime Minister Sheikh Mohammed bin Hamad Al Thani opened the trade forum in Doha with his Kuwaiti counterpart.", "Mohammed bin Hamad Al Thani/QA"},
		{"The ambassador of Peru to the WTO, Rosa Mamani Huanca, chairs the agriculture talks in Geneva this year.", "Rosa Mamani Huanca/PE"},
		{"Philippine Trade Undersecretary Ceferino Ramos said Manila wants the US to lower its 19% tariff on Philippine goods.", "Ceferino Ramos/PH"},
		{"Helena Vasquez-Moreau, the WTO's director-general, and Jorge Peralta, her deputy, warned members about tariffs on Monday.", "Helena Vasquez-Moreau/WTO Jorge Peralta/WTO"},
	}
	for _, tt := range tests {
		if got := found(o, event.Article{Text: tt.text, Published: "2026-05-01"}); got != tt.want {
			t.Errorf("officials of %q:\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}
