package archive

import "github.com/asyncgate/asyncgate/models"

// At makes a run ask before each step; an error ends it there as a death would.
func (o *Options) At(ask func(step string) error) { o.at = ask }

// LineOf is a receipt's line, without a chain.
func LineOf(r *models.Receipt) string {
	r.BodyHash = models.BodyHash(r.Body)
	r.Hash = models.Hash(r.Envelope())
	return string(receiptLine(r.TaskID, r)) + "\n"
}
