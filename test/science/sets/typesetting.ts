/** From text to pages. */
import type {ScienceKind} from '../set.js';

const article = `\\documentclass{article}
\\usepackage{amsmath,graphicx,tikz,hyperref}
\\usepackage[utf8]{inputenc}
\\begin{document}
\\section{Größe}\\label{s} See \\cite{knuth} and \\ref{s}. \\[ \\int_0^1 x^2\\,dx = \\frac13 \\]
\\begin{tikzpicture}\\draw (0,0) circle (1);\\end{tikzpicture}
\\bibliographystyle{plain}\\bibliography{refs}
\\end{document}
`;
const references =
	'@book{knuth, author={Donald Knuth}, title={The TeXbook}, year=1984, publisher={Addison-Wesley}}\n';
const dated = {SOURCE_DATE_EPOCH: '1000000000', FORCE_SOURCE_DATE: '1'};
const page =
	'%!PS\n/Helvetica findfont 20 scalefont setfont 100 700 moveto (hello) show showpage\n';

export const typesetting: ScienceKind = {
	kind: 'Typesetting',
	sets: [
		{
			name: 'pdflatex',
			packages: ['texlive-latex-extra', 'texlive-pictures', 'texlive-latex-recommended'],
			pack: ['pdflatex', 'bibtex', 'deb:texlive-pictures'],
			inputs: {'a.tex': article, 'refs.bib': references},
			env: dated,
			run: 'pdflatex -interaction=batchmode a && bibtex a && pdflatex -interaction=batchmode a && pdflatex -interaction=batchmode a && kpsewhich article.cls; rm a.log',
		},
		{
			name: 'xelatex',
			packages: ['texlive-xetex', 'texlive-latex-extra', 'fonts-dejavu-core'],
			pack: ['xelatex'],
			needsPlainPath: true,
			inputs: {
				'a.tex':
					'\\documentclass{article}\\usepackage{fontspec}\\setmainfont{DejaVu Sans}\\begin{document}Größe αβγ\\end{document}\n',
			},
			env: dated,
			run: 'xelatex -interaction=batchmode a; rm a.log',
			varies: [/\/ID \[.*/gu],
		},
		{
			name: 'latexmk',
			packages: ['latexmk', 'biber', 'texlive-latex-extra', 'texlive-pictures'],
			pack: ['latexmk', 'pdflatex', 'bibtex', 'kpsewhich', 'deb:texlive-pictures'],
			inputs: {'a.tex': article, 'refs.bib': references},
			env: dated,
			run: 'latexmk -pdf -silent -interaction=batchmode a > log 2>&1; tail -n 3 log; rm -f log a.log a.fdb_latexmk',
		},
		{
			name: 'ghostscript',
			packages: ['ghostscript'],
			pack: ['gs', 'ps2pdf'],
			inputs: {'a.ps': page},
			env: dated,
			run: 'gs -q -dBATCH -dNOPAUSE -sDEVICE=png16m -r50 -o a.png a.ps && gs -q -dBATCH -dNOPAUSE -sDEVICE=bbox a.ps && ps2pdf a.ps a.pdf && gs -h',
			varies: [
				/\/ID ?\[.*/gu,
				/uuid:[0-9a-f-]+/gu,
				/\/(Creation|Mod)Date.*/gu,
				/<xmp:(Create|Modify)Date>.*/gu,
			],
		},
		{
			name: 'groff',
			packages: ['groff-base'],
			pack: ['groff', 'man', 'eqn', 'tbl'],
			inputs: {
				'a.1':
					'.TH A 1 2020-01-01\n.SH NAME\na \\- größe\n.SH TEXT\n.EQ\nx over y\n.EN\n.TS\nl l.\n1\t2\n.TE\n',
			},
			env: dated,
			run: 'groff -e -t -man -Tutf8 a.1 && groff -e -t -man -Tps a.1 > a.ps && man -l a.1',
			varies: [/^%%CreationDate.*/gmu],
		},
		{
			name: 'pandoc',
			packages: ['pandoc', 'texinfo'],
			pack: ['pandoc', 'makeinfo'],
			inputs: {
				'a.md': '---\ntitle: Größe\n---\n\n# One\n\n$x^2$ and `code`\n\n```python\nprint(1)\n```\n',
				'a.texi':
					'\\input texinfo\n@settitle T\n@node Top\n@top T\n@node One\n@chapter One\nText.\n@bye\n',
			},
			env: dated,
			run: 'pandoc -s a.md -o a.html && pandoc a.md -o a.docx && pandoc -s a.md -t latex && pandoc a.md -t rst && makeinfo a.texi && makeinfo --html --no-split a.texi && pandoc --list-output-formats',
		},
		{
			name: 'poppler',
			packages: ['poppler-utils', 'qpdf', 'ghostscript'],
			pack: ['pdftotext', 'pdftoppm', 'qpdf', 'gs'],
			inputs: {'a.ps': page},
			env: dated,
			run: 'gs -q -dBATCH -dNOPAUSE -sDEVICE=pdfwrite -o /tmp/a.pdf a.ps && pdftotext /tmp/a.pdf - && pdftoppm -r 30 /tmp/a.pdf p && qpdf --check /tmp/a.pdf',
		},
	],
};
