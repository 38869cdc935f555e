package api

import (
	"mime"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tuoyu/casework"
)

// negotiate rejects, before anything is done, a request for a media type that the operation does not produce.
func negotiate(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	accept := r.Header.Get("Accept")
	if accept == "" {
		next(ctx)
		return
	}
	op := ctx.Operation()
	response := op.Responses[strconv.Itoa(op.DefaultStatus)]
	if response == nil || len(response.Content) == 0 {
		next(ctx)
		return
	}
	for offered := range response.Content {
		if quality(accept, offered) > 0 {
			next(ctx)
			return
		}
	}
	writeProblem(w, r, problem(casework.CodeNotAcceptable, "本接口不提供所要求的格式。"))
}

// prefersHTML reports whether the client prefers HTML, as browsers do.
func prefersHTML(accept string) bool {
	return quality(accept, "text/html") > quality(accept, "application/json")
}

// quality returns the weight of a media type in an Accept header, from 0 to 1; the most specific matching range counts
// (RFC 9110, 12.5.1).
func quality(accept, mediaType string) float64 {
	if accept == "" {
		return 1
	}
	kind, _, _ := strings.Cut(mediaType, "/")
	best, precision := 0.0, 0
	for entry := range strings.SplitSeq(accept, ",") {
		wanted, params, err := mime.ParseMediaType(entry)
		if err != nil {
			continue
		}
		p := map[string]int{"*/*": 1, kind + "/*": 2, mediaType: 3}[wanted]
		if p < precision || p == 0 {
			continue
		}
		q := 1.0
		if given, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(given, 64); err != nil {
				q = 0
			}
		}
		best, precision = q, p
	}
	return best
}
