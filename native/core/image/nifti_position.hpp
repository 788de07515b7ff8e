// Where the voxels of a NIfTI file lie: its header says so in up to three ways, and programs differ in which they take.
#pragma once

#include <vector>

#include "image/nifti_fields.hpp"
#include "image/volume.hpp"

namespace mlabel {

/// Sets affine, otherReadings and placed of `header`, whose shape, dimensions and format are known.
///
/// The affine is nibabel's choice with MONAI's correct_nifti_header_if_necessary (sform, else qform, else the base affine:
/// x flipped, centred; a sform that contradicts pixdim gives way to a qform that agrees with it), where that has an
/// inverse, and in millimetres: metres and microns are converted as ITK does, which nibabel and MONAI leave to others.
void setPosition(ImageHeader& header, const NiftiFields& fields);

/// Sets the fields that say it: sform, qform (where the affine has no shear), pixdim, millimetres.
void setPositionFields(NiftiFields& fields, const Affine& affine);

}  // namespace mlabel
