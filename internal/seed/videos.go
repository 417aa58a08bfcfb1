package seed

import (
	"encoding/json"
	"fmt"
	"strings"
)

// planVideos: the machine that encodes films is broken, so leases on its tasks run out. And one text is very long.
func (p *plan) planVideos(shortLease bool) {
	for i := range 6 {
		p.add(0, newTask(academy, "video.transcode", map[string]any{"lesson": i + 1, "source": fmt.Sprintf("lessons/%02d.mov", i+1), "to": []string{"1080p", "720p"}}).
			set("priority", 25).requires([]string{"ffmpeg"}, "academy").takenBy(fmt.Sprintf("worker:encoder-%d", 1+i/3)).crashes())
	}
	subtitled := newTask(academy, "video.subtitle", map[string]any{"lesson": 2, "languages": []string{"no", "en", "pt"}}).
		set("priority", 25).requires([]string{"ffmpeg"}, "academy").takenBy("worker:encoder-3").crashes()
	subtitled.last().progress = []any{map[string]any{"minute": 9, "of": 24}}
	subtitled.takenBy("worker:encoder-4").completes("Three languages.", nil, artifact("text/vtt", "lessons/02.vtt", 48_210))
	p.add(0, subtitled)
	if shortLease {
		p.troubled = newTask(academy, "video.stabilize", map[string]any{"lesson": 4, "source": "lessons/04.mov"}).
			set("priority", 25).requires([]string{"ffmpeg", "gpu"}, "academy")
		for range anomaly {
			p.troubled.takenBy("worker:encoder-2").crashes()
		}
		p.add(0, p.troubled)
	}
	p.add(1, newTask(academy, "video.transcribe", map[string]any{"lesson": 1, "source": "lessons/01.mov", "language": "no"}).
		set("priority", 25).set("expectedOutcome", "RESULT").requires([]string{"gpu"}, "academy").
		takenBy("worker:encoder-4").end(completed, map[string]any{"result": transcript()}).acknowledge("Long, but all there."))
}

// anomaly is how often a lease on a task is lost until the server calls it an anomaly.
const anomaly = 4

// transcript is a result of the size, in JSON, at which the receipt of the completion still holds it, and that of the result,
// which says a few words more, doesn't: it sends its reader to the task.
func transcript() map[string]any {
	const size = 65_460
	sentences := []string{
		"Put the frame into the stand, with the box to your left.", "Turn the crank once, slowly, and listen.", "If it clicks, the belt is too loose: two fingers of play are right.",
		"The brake wants its own fluid; nothing from a car.", "Write down what you did, and who comes after you will thank you.",
	}
	result := map[string]any{"language": "no", "minutes": 58, "text": ""}
	empty, err := json.Marshal(result)
	if err != nil {
		panic(err) // a map of words and numbers
	}
	var text strings.Builder
	for i := 0; text.Len() < size; i++ {
		text.WriteString(sentences[i*i%len(sentences)] + " ")
	}
	result["text"] = text.String()[:size-len(empty)]
	return result
}
