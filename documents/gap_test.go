package documents

import "testing"

func TestArticlesAreWrittenInChinese(t *testing.T) {
	for article, want := range map[string]string{
		"9": "第九条", "10": "第十条", "19": "第十九条", "20": "第二十条", "62": "第六十二条", "104": "第一百零四条", "110": "第一百一十条", "126": "第一百二十六条",
		"1259": "第一千二百五十九条", "1005": "第一千零五条", "8(4)": "第八条第（四）项", "9 para 2": "第九条第二款", "28 para. 3": "第二十八条第三款", "第八条": "第八条", "1(4)b": "1(4)b", "": "",
	} {
		if got := ArticleText(article); got != want {
			t.Errorf("article %q reads %q, want %q", article, got, want)
		}
	}
}
