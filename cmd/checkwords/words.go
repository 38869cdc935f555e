package main

import "regexp"

// word is a coined word or idiom that comments must not use.
type word struct {
	pattern string // of a Go regular expression, between word boundaries
	use     string // the standard term
	allowed string // a regular expression for phrases in which the word is standard
}

// words is the project's list, in alphabetical order of its entries. A word in quotation marks or backquotes is a quotation
// and always allowed, as is the name of the symbol that a comment documents.
var words = []word{
	{pattern: `[Aa]ll the same`, use: "still"},
	{pattern: `almanac`, use: "calendar cache"},
	{pattern: `anew`, use: "again, or a verb such as recompute"},
	{pattern: `asides?`, use: "background task", allowed: `(set|sets|setting) aside`},
	{pattern: `askers?`, use: "caller"},
	{pattern: `blots?|blotted`, use: "redact"},
	{pattern: `desks?`, use: "task list, dashboard"},
	{pattern: `doors?`, use: "service, API"},
	{pattern: `[Gg]athers?|gathered|gathering`, use: "collect, decode", allowed: `public gathering`},
	{pattern: `gives?|gave|giving`, use: "return, assign, provide", allowed: `(give|gives|gave|giving) up`},
	{pattern: `hears?|heard`, use: "receive, is notified"},
	{pattern: `houses?`, use: "installation, test environment", allowed: `in-house`},
	{pattern: `in vain`, use: "unsuccessfully"},
	{pattern: `kept`, use: "store, save, retain"},
	{pattern: `lamps?`, use: "status badge"},
	{pattern: `(lets?|letting) go of`, use: "release"},
	{pattern: `one's own`, use: "the caller's own, its own"},
	{pattern: `room`, use: "package, topic, section",
		allowed: `room of the premises|no room|room (for|in) (a|the|more)\b`},
	{pattern: `said`, use: "message, statement, payload; report, state"},
	{pattern: `[Ss]ays?`, use: "report, return, state, log", allowed: `say otherwise|says otherwise`},
	{pattern: `shapes?`, use: "schema, form", allowed: `shapes? of a (letter|character)`},
	{pattern: `stands|stood|stand still`, use: "is, is paused", allowed: `(stands|stood) (in )?for`},
	{pattern: `(starts?|started|starting|began|begins?|begun) again`, use: "restart"},
	{pattern: `[Tt]ells?|told|telling`, use: "report, notify, distinguish"},
	{pattern: `(try|tries|tried|trying) again`, use: "retry"},
	{pattern: `[Ww]hoever|whomever`, use: "any caller that, the user who"},
	{pattern: `whom`, use: "a clause with who or that"},
}

// checked is a word with its patterns compiled.
type checked struct {
	word
	match, phrases *regexp.Regexp
}

var list = func() (out []checked) {
	for _, w := range words {
		c := checked{word: w, match: regexp.MustCompile(`\b(` + w.pattern + `)\b`)}
		if w.allowed != "" {
			c.phrases = regexp.MustCompile(w.allowed)
		}
		out = append(out, c)
	}
	return out
}()
