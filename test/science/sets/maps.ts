/** Geographic data. */
import type {ScienceKind} from '../set.js';

const points = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"name":"Bern","size":134},"geometry":{"type":"Point","coordinates":[7.44,46.95]}},
{"type":"Feature","properties":{"name":"Genève","size":203},"geometry":{"type":"Point","coordinates":[6.14,46.2]}}]}
`;

const grid =
	'ncols 4\nnrows 3\nxllcorner 7\nyllcorner 46\ncellsize 0.1\n1 2 3 4\n5 6 7 8\n9 10 11 12\n';

export const maps: ScienceKind = {
	kind: 'Geographic data',
	sets: [
		{
			name: 'gdal',
			packages: ['gdal-bin'],
			pack: ['gdalinfo', 'ogr2ogr', 'gdalwarp', 'gdal_translate'],
			inputs: {'points.json': points, 'grid.asc': grid},
			run: `ogr2ogr -f CSV out.csv points.json -lco GEOMETRY=AS_XY -t_srs EPSG:2056 &&
ogr2ogr out.shp points.json && gdal_translate -q -a_srs EPSG:4326 -of GTiff grid.asc grid.tif &&
gdalwarp -q -t_srs EPSG:32632 grid.tif warped.tif && gdalinfo -stats warped.tif && gdalinfo --formats && cat out.csv`,
		},
		{
			name: 'proj',
			packages: ['proj-bin'],
			pack: ['cs2cs', 'projinfo'],
			inputs: {in: '46.95 7.44\n'},
			run: 'cs2cs EPSG:4326 EPSG:2056 in && projinfo EPSG:2056',
		},
		{
			name: 'netcdf',
			packages: ['netcdf-bin', 'cdo', 'nco'],
			pack: ['ncgen', 'ncdump', 'cdo', 'ncks'],
			inputs: {
				'in.cdl': `netcdf in { dimensions: time = 3; x = 2;
variables: double time(time); time:units = "days since 2000-01-01"; float t(time, x); t:units = "K";
data: time = 0, 1, 2; t = 1, 2, 3, 4, 5, 6; }
`,
			},
			run: 'ncgen -k nc4 -o in.nc in.cdl && ncdump -s in.nc && ncks -h -O -d x,1 in.nc out.nc && ncdump out.nc && cdo -s timmean -selname,t in.nc mean.nc && ncdump -v t mean.nc; rm mean.nc',
			varies: [/\w{3} \w{3} \d\d \d\d:\d\d:\d\d \d{4}/gu],
		},
		{
			name: 'rasterio',
			packages: ['python3-rasterio', 'python3-fiona', 'python3-pyproj'],
			pack: ['python3', 'deb:python3-rasterio', 'deb:python3-fiona', 'deb:python3-pyproj'],
			inputs: {
				'points.json': points,
				'job.py': `import numpy, rasterio, fiona, pyproj
from rasterio.transform import from_origin
with rasterio.open('out.tif', 'w', driver='GTiff', height=4, width=4, count=1, dtype='float32', crs='EPSG:2056', transform=from_origin(2600000, 1200000, 10, 10)) as out:
    out.write(numpy.arange(16, dtype='float32').reshape(4, 4), 1)
with rasterio.open('out.tif') as back:
    print(back.crs.to_wkt(), back.bounds, back.read(1).sum())
with fiona.open('points.json') as features:
    print([feature['properties']['name'] for feature in features])
print(pyproj.Transformer.from_crs(4326, 2056).transform(46.95, 7.44))
`,
			},
			run: 'python3 job.py',
		},
		{
			name: 'grass',
			packages: ['grass-core'],
			pack: ['grass'],
			inputs: {'grid.asc': grid},
			run: `grass -c EPSG:4326 /tmp/place --exec r.in.gdal -o input=grid.asc output=grid 2>/dev/null &&
grass /tmp/place/PERMANENT --exec r.univar grid 2>/dev/null`,
		},
	],
};
