/** Programs that draw. */
import type {ScienceKind} from '../set.js';

const drawing =
	'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><rect width="30" height="40" fill="#369"/><text x="5" y="20" font-family="DejaVu Sans">añb</text></svg>\n';

export const plots: ScienceKind = {
	kind: 'Plotting and drawing',
	sets: [
		{
			name: 'gnuplot',
			packages: ['gnuplot-nox'],
			pack: ['gnuplot'],
			inputs: {
				'job.gp': `set terminal pngcairo size 300,200; set output 'a.png'; plot sin(x) title 'größe'
set terminal svg; set output 'a.svg'; splot x*y
set terminal postscript eps; set output 'a.eps'; plot x**2
set terminal dumb; set output; plot cos(x)
set terminal png; set output 'b.png'; plot x; set output; show version; help plot
`,
			},
			run: 'gnuplot job.gp',
			varies: [/^%%CreationDate.*/gmu, /\/CreationDate.*/gu],
		},
		{
			name: 'graphviz',
			packages: ['graphviz'],
			pack: ['dot', 'neato'],
			inputs: {
				'g.dot': 'digraph g { a -> b [label="größe"]; b -> c; a -> c; node [shape=box]; d -> a }\n',
			},
			run: 'dot -Tsvg g.dot -o a.svg && dot -Tpng g.dot -o a.png && neato -Tplain g.dot && dot -Txdot g.dot && dot -v -V && dot -Tps g.dot -o a.ps',
		},
		{
			name: 'matplotlib',
			packages: ['python3-matplotlib'],
			pack: ['python3', 'deb:python3-matplotlib'],
			inputs: {
				'job.py': `import matplotlib; matplotlib.use('agg')
import matplotlib.pyplot as plt
fig, ax = plt.subplots(); ax.plot([1, 3, 2]); ax.set_title(r'$\\alpha^2$ größe'); fig.savefig('a.png'); fig.savefig('a.pdf', metadata={'CreationDate': None})
print(matplotlib.get_data_path(), sorted(matplotlib.colormaps)[:3])
`,
			},
			// Said after five seconds only.
			varies: [/^Matplotlib is building the font cache.*\n/gmu],
			run: 'python3 job.py',
		},
		{
			name: 'imagemagick',
			packages: ['imagemagick', 'librsvg2-bin', 'ghostscript'],
			pack: ['convert', 'identify'],
			inputs: {
				'a.svg': drawing,
				'a.ps':
					'%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 40 40\n10 10 20 20 rectfill showpage\n',
			},
			run: `convert a.svg -strip -define png:exclude-chunks=date,time a.png && convert -size 80x30 xc:white -font DejaVu-Sans -draw "text 5,20 'hello'" b.ppm &&
convert b.ppm c.jpg && convert a.ps d.ppm; identify b.ppm c.jpg; convert -list format | wc -l; convert -list policy; convert -list delegate | wc -l`,
			varies: [/ \d\.\d+u .*/gu],
		},
		{
			name: 'inkscape',
			packages: ['inkscape'],
			pack: ['inkscape'],
			inputs: {'a.svg': drawing},
			run: 'inkscape a.svg --export-type=png --export-filename=a.png 2>/dev/null; inkscape a.svg --export-type=eps --export-filename=a.eps 2>/dev/null; inkscape --version 2>/dev/null',
			varies: [/^%%CreationDate.*/gmu],
		},
		{
			name: 'r-ggplot',
			packages: ['r-cran-ggplot2', 'r-cran-dplyr', 'r-base-core'],
			pack: ['Rscript', 'deb:r-cran-ggplot2', 'deb:r-cran-dplyr'],
			inputs: {
				'job.R': `suppressPackageStartupMessages({library(ggplot2); library(dplyr)})
p <- mtcars |> filter(cyl > 4) |> ggplot(aes(wt, mpg)) + geom_point() + geom_smooth(method = "lm", formula = y ~ x)
ggsave("a.png", p, width = 3, height = 3); ggsave("a.svg", p, width = 3, height = 3, device = svg)
print(mtcars |> group_by(cyl) |> summarise(mean(mpg)))
`,
			},
			run: 'Rscript job.R',
		},
	],
};
