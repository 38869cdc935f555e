package api

import (
	"context"
	"net/http"

	"tuoyu/casework"
)

// DocumentNumber is the path parameter with the number of a document.
type DocumentNumber struct {
	ID string `path:"id" maxLength:"64" doc:"文书标识"`
}

func registerDocuments(a *API) {
	g := a.Group(TagDocuments)
	stream(g.Op("GET /api/v1/documents/{id}", "getDocument", "下载文书",
		"已作出决定而文书尚在制作时返回 409 document_pending，请按 Retry-After 稍后再取；含有不能打印的内容时返回 409 document_unprintable，说明是哪个字符。",
		http.StatusConflict), "application/pdf", "文书", func(ctx context.Context, in *DocumentNumber) (*file, error) {
		paper, content, err := a.service.OpenDocument(ctx, Principal(ctx), in.ID)
		if err != nil {
			return nil, err
		}
		return a.send(content, paper.Number+" "+paper.Title+".pdf", "application/pdf", paper.Size), nil
	})

	type ending struct {
		Command
		DocumentNumber
		Body StatedReason
	}
	Handle(g.Op("POST /api/v1/documents/{id}/revoke", "revokeDocument", "撤销文书", "撤销后核验页显示文书已失效及理由。"),
		func(ctx context.Context, in *ending) (casework.Document, error) {
			return a.service.RevokeDocument(ctx, Principal(ctx), in.Key, in.ID, in.Body.Reason)
		})
	Create(g.Op("POST /api/v1/documents/{id}/reissue", "reissueDocument", "重新制发文书", "制发一份新编号、新核验码的文书取代原文书，原文书自此失效。"),
		func(ctx context.Context, in *ending) (casework.Document, error) {
			return a.service.Reissue(ctx, Principal(ctx), in.Key, in.ID, in.Body.Reason)
		}, func(paper casework.Document) string { return PathOf("documents", paper.ID) })
}
