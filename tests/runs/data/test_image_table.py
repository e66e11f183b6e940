"""Tables of images: headers, separators, encodings, where the files are, and what is refused."""

import unicodedata

import pytest

from explorer.runs.data.image_list import Layout, Part, list_images
from tests.images import put
from tests.runs.data.test_image_list import named, refusal


@pytest.fixture
def folder(tmp_path):
    return put(tmp_path, "a.jpg", "b.jpg", "photos/c.jpg", "d.jpg")


def table(folder, text: str, encoding: str = "utf-8"):
    path = folder / "labels.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "header", ["", "file,class", "Filename,Label", "image,category", "path,target", "id,class", "Image Name,species"]
)
def test_a_file_and_a_class_in_each_row(folder, header, separator, encoding):
    text = "\r\n".join([*filter(None, (header,)), "a.jpg,cat", "b.jpg,dog", "", "photos/c.jpg,cat"])
    images = list_images(table(folder, text.replace(",", separator), encoding))
    assert (images.layout, images.class_names, images.root) == (Layout.TABLE, ("cat", "dog"), folder)
    assert named(images) == [("a.jpg", "cat", None), ("photos/c.jpg", "cat", None), ("b.jpg", "dog", None)]


@pytest.mark.parametrize("header", ["file,class,split", "file,label,Subset", "file,category,part", ""])
def test_parts_are_taken_by_any_usual_name(folder, header):
    rows = ["a.jpg,cat,train", "b.jpg,dog,Training", "photos/c.jpg,cat,VALID", "d.jpg,dog,test"]
    images = list_images(table(folder, "\n".join(filter(None, [header, *rows]))))
    assert [part for _, _, part in named(images)] == [Part.TRAIN, Part.VALIDATION, Part.TRAIN, Part.TEST]


def test_columns_stand_in_any_order_and_others_do_not_matter(folder):
    text = "age,subset,label,id,file\n3,,cat,1,a.jpg\n4,val,dog,2,d.jpg\n5,train,dog,3,b.jpg\n"
    images = list_images(table(folder, text))
    assert named(images) == [
        ("a.jpg", "cat", None),
        ("b.jpg", "dog", Part.TRAIN),
        ("d.jpg", "dog", Part.VALIDATION),
    ]


def test_cells_are_quoted_and_padded_as_tables_are(tmp_path):
    put(tmp_path, "one, two.jpg", "b.jpg")
    images = list_images(table(tmp_path, 'file , class\n"one, two.jpg","big, ""cat"""\n b.jpg , dog \n'))
    assert named(images) == [("one, two.jpg", 'big, "cat"', None), ("b.jpg", "dog", None)]


def test_files_are_found_beside_the_table_without_suffix_and_in_other_case(tmp_path):
    put(tmp_path, "train/001.jpg", "train/002.JPG", "train/Bär.png")
    accents = unicodedata.normalize("NFD", "bär.PNG")
    images = list_images(table(tmp_path, f"id,breed\n001,pug\n002.jpg,boxer\n{accents},pug\n"))
    assert [image.file for image in images.images] == ["train/002.JPG", "train/001.jpg", "train/Bär.png"]


def test_absolute_paths_and_those_of_windows(folder, tmp_path_factory):
    other = put(tmp_path_factory.mktemp("other"), "e.jpg")
    text = f"file,class\n{folder / 'a.jpg'},cat\n{other / 'e.jpg'},dog\nphotos\\c.jpg,cat\n./photos/../b.jpg,dog\n"
    images = list_images(table(folder, text))
    assert [image.file for image in images.images] == [
        "a.jpg",
        "photos/c.jpg",
        (other / "e.jpg").as_posix(),
        "b.jpg",
    ]
    assert all(images.path(image).is_file() for image in images.images)


def test_a_file_that_is_missing_is_listed_so_that_it_is_shown(folder):
    images = list_images(table(folder, "file,class\na.jpg,cat\nb.jpg,dog\nnone.jpg,dog\n"))
    assert [image.file for image in images.images] == ["a.jpg", "b.jpg", "none.jpg"]


def test_rows_without_a_file_or_a_class_are_counted(folder):
    images = list_images(table(folder, "file,class\na.jpg,cat\nb.jpg,\n,cat\nd.jpg,dog\nb.jpg\n"))
    assert ([image.file for image in images.images], images.skipped) == (["a.jpg", "d.jpg"], 3)


def test_a_row_that_stands_there_twice_counts_once(folder):
    images = list_images(table(folder, "file,class\na.jpg,cat\nb.jpg,dog\na.jpg,cat\n"))
    assert len(images.images) == 2


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "is empty"),
        ("\n  \n", "is empty"),
        ("a,b,c\n1,2,3\n", "needs a column of files (path, file_path, "),
        ("file,breed,age\na.jpg,pug,3\n", "its first row is: file, breed, age"),
        ("file,class\nx.jpg,cat\ny.jpg,dog\n", "none of the files in "),
        ("file,class\na.jpg,cat\nb.jpg,cat\n", "only one class, 'cat'"),
        ("file,class\n", "has no row with a file and a class"),
        ("file,class,split\na.jpg,cat,train\nb.jpg,dog,fold 3\n", "line 3: 'fold 3' is not a part; known are train, "),
        ("file,class\na.jpg,cat\na.jpg,dog\nb.jpg,dog\n", "gives 1 files more than one class or part"),
        (
            "file,class,split\na.jpg,cat,train\nb.jpg,dog,val\n",
            "has images of dog in other parts, but none to train with",
        ),
        ('file,class\n"a.jpg,cat\n', "is not a CSV table"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_a_line(folder, text, what):
    assert what in refusal(table(folder, text))


@pytest.mark.parametrize("content", [b"PK\3\4\0\0", b"\xff\xd8\xff\xe0\0\x10JFIF", b"file,class\nb\xe4r.jpg,cat\n"])
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "thing"
    path.write_bytes(content)
    assert "is neither a folder nor a table in UTF-8" in refusal(path)
