package seed

import "fmt"

var scenes = []string{"harbour at dawn", "school gate in the rain", "market with lemons", "steep lane in Alfama", "workshop, evening light", "snow on the bridge"}

const pictureCount = 42

// planPictures: pictures for the catalogue are rendered, those that came out well are enlarged and looked at.
func (p *plan) planPictures() {
	for i := range pictureCount {
		scene, colour := scenes[i%len(scenes)], []string{"moss", "rust", "slate"}[i/2%3]
		t := newTask(designer, "image.render", map[string]any{
			"model": p.dice.pick("Kvist Long", "Kvist Box 80", "Kvist Family"), "scene": scene, "colour": colour, "samples": 512 << (i % 3), "size": []int{3840, 2160},
		}).set("priority", 15).set("expectedOutcome", "ARTIFACT").requires([]string{"gpu", "blender"}, "catalogue", colour)
		p.add(2, t)
		worker := fmt.Sprintf("worker:gpu-%d", 1+i/4%2)
		switch {
		case i >= 36:
			t.set("priority", 1).set("payloadPointer", fmt.Sprintf("s3://kvist-scenes/2026/%03d.blend", i))
			if i%2 == 0 {
				t.requires([]string{"gpu", "blender", "memory-96g"}, "catalogue", colour)
			}
			continue
		case i >= 33:
			t.set("priority", 3).takenBy(worker).heldFor(longLease).starts(map[string]any{"tile": 12, "of": 144}, map[string]any{"tile": 57, "of": 144}, map[string]any{"tile": 101, "of": 144})
			continue
		case i >= 30:
			t.set("priority", 2).takenBy(worker).heldFor(600)
			continue
		case i == 8 || i == 21:
			t.takenBy(worker).starts(map[string]any{"tile": 30, "of": 144}).isReturned("out of memory: the scene needs 96 GB")
			t.takenBy("worker:bigmem-1")
		case i == 14:
			t.takenBy(worker).heldFor(longLease).starts(map[string]any{"tile": 9, "of": 144}).cancel("the colour is no longer made")
			continue
		case i == 25:
			t.cancel("the scene is cut from the catalogue")
			t.set("priority", 0)
			continue
		default:
			t.takenBy(worker)
		}
		if i%4 == 0 {
			t.last().progress = []any{map[string]any{"tile": 48, "of": 144}, map[string]any{"tile": 120, "of": 144}}
		}
		t.completes("Rendered.", nil, artifact("image/png", fmt.Sprintf("catalogue/%03d.png", i), p.dice.between(4_000_000, 19_000_000)),
			artifact("image/webp", fmt.Sprintf("catalogue/%03d-small.webp", i), p.dice.between(40_000, 90_000))).acknowledge("")
		if i%3 == 0 {
			p.look(i, t)
		}
	}
}

// look: somebody looks at a picture; one that is not liked is answered by another.
func (p *plan) look(i int, picture *task) {
	t := newTask(designer, "image.judge", map[string]any{"picture": i, "ask": "Is the bicycle the first thing one sees?"}).
		set("priority", 12).set("expectedOutcome", "RESULT").requires(nil, "catalogue").continues(picture)
	p.add(3, t)
	switch {
	case i == 6 || i == 18:
		t.takenBy(reviewer).completes("No: the lemons are.", map[string]any{"accept": false, "why": "the background is brighter than the bicycle"}).acknowledge("Again, then, darker.")
		p.add(4, newTask(designer, "image.render", map[string]any{"picture": i, "change": map[string]any{"background": -0.8}}).
			set("priority", 18).set("expectedOutcome", "ARTIFACT").requires([]string{"gpu", "blender"}, "catalogue", "again").continues(t, picture).
			takenBy("worker:gpu-2").completes("Rendered again.", nil, artifact("image/png", fmt.Sprintf("catalogue/%03d-b.png", i), 11_204_551)))
	case i < 24:
		t.takenBy(reviewer).completes("Yes.", map[string]any{"accept": true}).acknowledge("")
	default:
		t.set("priority", 0)
	}
}
