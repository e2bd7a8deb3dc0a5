package extract

import (
	"testing"

	"github.com/tradewire/tradewire/internal/event"
)

// Officials whose office a clause says, and names of many spellings.
func TestOffices(t *testing.T) {
	o := peopleOntology(t)
	tests := []struct{ name, text, publisher, want string }{
		{"who leads for a capital", "Talks between Oman and Peru stall, sighs Hamid al-Rashdi, who leads for Muscat.", "", "Hamid al-Rashdi/OM"},
		{"who heads a government", "Ruth Tanner, who heads the government of Peru, is against it.", "", "Ruth Tanner/PE"},
		{"who runs a ministry", "Lucía Ferrer, who runs Costa Rica's foreign trade ministry, said so.", "", "Lucía Ferrer/CR"},
		{"who chairs a union", "Jan Wolny, who chairs the Polish Berry Growers' Union, fumed.", "", ""},
		{"chosen to chair", "Delegates then picked Norway's Tor Lindahl to chair the body.", "", "Tor Lindahl/NO"},
		{"serves as", "Ms Hoda el-Sherif shall serve as head of the Export Promotion Fund. Egypt pays.", "", "Hoda el-Sherif/EG"},
		{"quits as", "Peru said Ana Soto quit as head of the Tariff Standards Board over the weekend.", "", "Ana Soto/PE"},
		{"its negotiator", "Senegal has chosen Amina Diallo as its chief negotiator.", "", "Amina Diallo/SN"},
		{"a negotiator of a union", "The dock workers' union in Peru said its chief negotiator, Ana Soto, would walk out.", "", ""},
		{"our negotiator, says a ministry", "Our chief negotiator, Mr Lê Văn Minh, flies to Geneva.", "Ministry of Industry and Trade of Viet Nam", "Lê Văn Minh/VN"},
		{"president of a league named for a country", "Rafiq Alam, president of the Bangladesh Knit Exporters League, agreed.", "", ""},
		{"a signature in capitals", "Dated this 2nd day of May. S. RAVUTIA, Minister for Finance.", "Republic of Fiji Gazette", "S. RAVUTIA/FJ"},
		{"an elided article", "Brazil's development minister João d'Ávila agreed.", "", "João d'Ávila/BR"},
		{"particles in lower case", "The Dutch minister for foreign trade, Anneke ten Brink, agreed.", "", "Anneke ten Brink/NL"},
		{"an honorific of one letter", "Myanmar's commerce minister U Aung Thein agreed.", "", "U Aung Thein/MM"},
		{"a given name that is a capital", "Sofia Alvarez, Chile's trade minister, agreed.", "", "Sofia Alvarez/CL"},
		{"paragraphs that begin with countries", "LIMA: Peru waits, its economy ministry said.\nACCRA: The duty goes. So says Kofi Adu, the development minister.", "", "Kofi Adu/GH"},
		{"the origin of goods is no government", "Canberra eyes a toll on Chinese-built and Chinese-owned ships. Infrastructure Minister Ann Byrd sketches it.", "", "Ann Byrd/AU"},
		{"what is reported of a capital", "Shipments to Busan wait for Seoul's inspectors. Agriculture minister Aroha Tane told farmers that Wellington would go to Geneva.", "", "Aroha Tane/NZ"},
		{"a counterpart is of another country", "Peru's dockers agree. The levy that Accra floated would hurt. Ports minister Ana Soto wrote to her Ghanaian counterpart.", "", "Ana Soto/PE"},
		{"money of a country that is not named", "Fishing towns are hurting. Lima bought fewer scallops. The boats are idle. Prime Minister Kaito Mori promised 20 billion yen.", "", "Kaito Mori/JP"},
		{"a commissioner where the Commission speaks", "He was fined by the Commission, as were two German makers. Competition commissioner Ines Vala agreed.", "", "Ines Vala/EU"},
		{"a department that many have", "The ban on Brazilian hens is over. Manila lifted it. The agriculture department's assistant secretary, Maria Reyes, agreed.", "", "Maria Reyes/PH"},
		{"until now another", "Ana Soto, until now Peru's envoy in Quito, takes over. Her predecessor, Luis Rey, left on Friday.", "", "Ana Soto/PE Luis Rey/PE"},
		{"a trade official", "Peru would stay out, said trade official Ana Soto.", "", "Ana Soto/PE"},
		{"a title that is another country's elsewhere", "Trade secretary Kwame Adu told Ghana's parliament so.", "", "Kwame Adu/GH"},
		{"a gazette's minister", "The minister of finance, Ana Soto, made this order. Goods of Chile, Norway and Kenya stay free of duty.", "Government of Peru Gazette", "Ana Soto/PE"},
		{"the subject of the sentence before", "Britain hit 22 tankers. Britain said oil was sold above the cap. Hungary is against it. The foreign minister, Gergely Vas, agreed.", "London Press Agency", "Gergely Vas/HU"},
		{"a minister spends the money of a country", "Peru and Chile buy tubers. Agriculture minister Del Haynes set aside J$40 million for Jamaica's growers.", "", "Del Haynes/JM"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := found(o, event.Article{Text: tt.text, Publisher: tt.publisher, Published: "2025-06-01"}); got != tt.want {
				t.Errorf("officials of %q:\n got %s\nwant %s", tt.text, got, tt.want)
			}
		})
	}
}
