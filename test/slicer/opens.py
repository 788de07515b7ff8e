"""What 3D Slicer's classes find in segmentations, as JSON; middles are in RAS mm.

    python test/slicer/opens.py a.seg.nrrd b.seg.nrrd
"""
import json
import sys

import numpy as np
import slicer
import vtk
from vtk.util import numpy_support

vtk.vtkObject.GlobalWarningDisplayOff()


def voxels_of(segment):
    labelmap = segment.GetRepresentation("Binary labelmap")
    extent = np.array(labelmap.GetExtent()).reshape(3, 2)
    values = numpy_support.vtk_to_numpy(labelmap.GetPointData().GetScalars())
    values = values.reshape((extent[:, 1] - extent[:, 0] + 1)[::-1]).T
    indices = np.argwhere(values == segment.GetLabelValue()) + extent[:, 0]
    matrix = vtk.vtkMatrix4x4()
    labelmap.GetImageToWorldMatrix(matrix)
    world = np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])
    return indices @ world[:3, :3].T + world[:3, 3]


def describe(path):
    scene = slicer.vtkMRMLScene()
    node = slicer.vtkMRMLSegmentationNode()
    storage = slicer.vtkMRMLSegmentationStorageNode()
    scene.AddNode(node)
    scene.AddNode(storage)
    storage.SetFileName(path)
    assert storage.ReadData(node), path
    segmentation = node.GetSegmentation()
    segments = []
    for index in range(segmentation.GetNumberOfSegments()):
        segment = segmentation.GetNthSegment(index)
        places = voxels_of(segment)
        segments.append(
            {
                "name": segment.GetName(),
                "value": segment.GetLabelValue(),
                "color": segment.GetColor(),
                "voxels": len(places),
                "middle": places.mean(0).tolist() if len(places) else None,
            }
        )
    return segments


print(json.dumps([describe(path) for path in sys.argv[1:]]))
